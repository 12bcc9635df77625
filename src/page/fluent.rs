//! What pages and letters say: `locales/zh-CN` and `locales/en`, one file a room, the same keys in both. Where two
//! keys say the same thing, the text stands at one of them and the other names it: `roll-name = { column-real-name }`.

use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};

use crate::folding;
use crate::language::Language;

static_loader! {
    static WORDS = {
        locales: "../../locales",
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
    let text = if gaps.is_empty() { find(language, key) } else { find_filled(language, key, gaps) };
    debug_assert!(text.is_some(), "no words for {key}, or a gap of it is left open");
    text.unwrap_or_else(|| key.to_owned())
}

/// As [`say`], in another form of the words, where the language has one: an attribute of the message, such as
/// `.full` beside the short name of a day. A language that has one form for both says the words as they are.
#[must_use]
pub fn say_in(language: Language, key: &str, form: &str, gaps: &[(&'static str, FluentValue<'_>)]) -> String {
    find_filled(language, &format!("{key}.{form}"), gaps).unwrap_or_else(|| say(language, key, gaps))
}

/// The words of a key, where it has any.
#[must_use]
pub fn find(language: Language, key: &str) -> Option<String> {
    let none: Option<&HashMap<&str, FluentValue<'_>>> = None;
    WORDS.lookup_single_language(language.choose(&ZH, &EN), key, none).ok()
}

/// As [`find`], with the gaps filled: words with a gap that is left open are none.
#[must_use]
pub fn find_filled(language: Language, key: &str, gaps: &[(&'static str, FluentValue<'_>)]) -> Option<String> {
    let gaps: HashMap<&str, FluentValue<'_>> = gaps.iter().map(|(name, value)| (*name, isolated(value))).collect();
    WORDS.lookup_single_language(language.choose(&ZH, &EN), key, Some(&gaps)).ok()
}

/// What fills a gap turns nothing around it: a name that reads from right to left stands apart.
fn isolated<'a>(value: &FluentValue<'a>) -> FluentValue<'a> {
    match value {
        FluentValue::String(text) => FluentValue::String(folding::isolated(text).into_owned().into()),
        other => other.clone(),
    }
}

/// Several things one after another: `男方、女方`, `men, women`.
#[must_use]
pub fn list<T: AsRef<str>>(language: Language, things: impl IntoIterator<Item = T>) -> String {
    joined(language, "between-things", things)
}

/// Several sentences, one after another.
#[must_use]
pub fn sentences<T: AsRef<str>>(language: Language, sentences: impl IntoIterator<Item = T>) -> String {
    joined(language, "between-sentences", sentences)
}

fn joined<T: AsRef<str>>(language: Language, between: &str, parts: impl IntoIterator<Item = T>) -> String {
    let between = say(language, between, &[]);
    let mut joined = String::new();
    for (place, part) in parts.into_iter().enumerate() {
        joined.push_str(if place > 0 { &between } else { "" });
        joined.push_str(&folding::isolated(part.as_ref()));
    }
    joined
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
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../locales").join(language);
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
            let texts = [Language::En, Language::Zh].map(|language| say(language, key, &gaps));
            assert!(texts.iter().all(|text| !text.contains(key.as_str())), "{key}: {texts:?}");
        }
    }

    #[test]
    fn a_language_joins_in_its_own_way() {
        let (sides, both) = (["a", "b", "c"], |joined: fn(Language, [&'static str; 3]) -> String, things| {
            [Language::Zh, Language::En].map(|language| joined(language, things))
        });
        assert_eq!(both(list, sides), ["a、b、c", "a, b, c"]);
        assert_eq!(both(sentences, sides), ["abc", "a b c"]);
    }

    #[test]
    fn gaps_are_filled_without_marks() {
        let filled = say(Language::En, "seats-sides-even", &[("half", 150.into())]);
        assert!(filled.contains("150") && !filled.contains('\u{2068}'), "{filled}");
    }
}
