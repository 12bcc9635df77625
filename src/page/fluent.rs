//! What the pages say: `locales/zh-CN` and `locales/en`, one file a room, the same keys in both.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use crate::language::Language;

static_loader! {
    static WORDS = {
        locales: "./locales",
        fallback_language: "zh-CN",
        // The marks around a filled gap would end up in attributes, subjects and tables.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// The words of a key in a language. A key without words, or a gap left open, stops every story that comes past it;
/// in service the key shows itself. A test keeps the languages equal.
#[must_use]
pub fn say(language: Language, key: &str, gaps: &[(&'static str, FluentValue<'_>)]) -> String {
    let said = if gaps.is_empty() { find(language, key) } else { find_filled(language, key, gaps) };
    debug_assert!(said.is_some(), "no words for {key}, or a gap of it is left open");
    said.unwrap_or_else(|| key.to_owned())
}

/// The words of a key, where it has any.
#[must_use]
pub fn find(language: Language, key: &str) -> Option<String> {
    WORDS.try_lookup(language.choose(&ZH, &EN), key)
}

/// As [`find`], with the gaps filled: words with a gap that is left open are none.
#[must_use]
pub fn find_filled(language: Language, key: &str, gaps: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
    let gaps: HashMap<Cow<'static, str>, FluentValue<'_>> =
        gaps.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
    WORDS.try_lookup_with_args(language.choose(&ZH, &EN), key, &gaps)
}

#[must_use]
pub fn tag(language: Language) -> &'static str {
    language.choose("zh-CN", "en")
}

/// The language a tag names, where it is one of ours.
#[must_use]
pub fn language(tag: &str) -> Option<Language> {
    match tag {
        "zh-CN" => Some(Language::Zh),
        "en" => Some(Language::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every key with the gaps its words have.
    fn keys(language: &str) -> BTreeMap<String, BTreeSet<String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in fs::read_dir(folder).unwrap() {
            let mut key = String::new();
            for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                if !line.starts_with([' ', '#']) && line.contains('=') {
                    key = line.split('=').next().unwrap().trim().to_owned();
                    assert!(keys.insert(key.clone(), BTreeSet::new()).is_none(), "{key} twice in {language}");
                }
                // What a file says of itself.
                if key.is_empty() {
                    continue;
                }
                let is_name = |c: &char| c.is_alphanumeric() || *c == '_';
                let gaps = line.split('$').skip(1).map(|rest| rest.chars().take_while(is_name).collect());
                keys.entry(key.clone()).or_default().extend(gaps);
            }
        }
        keys
    }

    #[test]
    fn both_languages_say_everything() {
        let (zh, en) = (keys("zh-CN"), keys("en"));
        assert!(zh.len() > 50);
        assert_eq!(zh, en);
        for (key, gaps) in &zh {
            let gaps: Vec<(&'static str, FluentValue)> =
                gaps.iter().map(|gap| (&*Box::leak(gap.clone().into_boxed_str()), 2.into())).collect();
            let shown = [Language::En, Language::Zh].map(|language| say(language, key, &gaps));
            assert!(shown.iter().all(|words| !words.contains(key.as_str())), "{key}: {shown:?}");
        }
    }

    #[test]
    fn gaps_are_filled_without_marks() {
        let filled = say(Language::En, "seats-two", &[("half", 150.into())]);
        assert!(filled.contains("150") && !filled.contains('\u{2068}'), "{filled}");
    }
}
