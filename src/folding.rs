//! Text as people type it: what of it is kept, and how it is compared. Whatever comes in by a field, a cell or a
//! search goes through here, so that nobody has to guess what another place made of the same letters.
//!
//! What shows nothing is nothing: a name of blanks from another script is empty. Marks that turn the direction of
//! reading are dropped; names that read from right to left are isolated where they are shown.

use std::borrow::Cow;

use icu_properties::props::{DefaultIgnorableCodePoint, ExtendedPictographic, VariationSelector};
use icu_properties::{CodePointSetData, CodePointSetDataBorrowed};
use unicode_normalization::UnicodeNormalization;

const IGNORED: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();
const SELECTORS: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<VariationSelector>();
const PICTURES: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<ExtendedPictographic>();

/// The dots people write between the parts of a name, and none of which is the right one on every keyboard.
const DOTS: [char; 7] = ['\u{b7}', '\u{2022}', '\u{2027}', '\u{2219}', '\u{22c5}', '\u{2e31}', '\u{30fb}'];

/// What is kept of a text: all but what shows nothing, and the marks that turn the direction of reading. Joiners and
/// selectors stay where they belong to what stands before them, in an emoji or in a script that joins its letters.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if !is_unseen(c) || belongs(c, kept.chars().next_back(), rest.peek().copied()) {
            kept.push(c);
        }
    }
    Cow::Owned(kept)
}

/// One line as it is kept: as [`visible`], with letters and digits in one width and spaces of one kind, and none
/// around it. Line breaks inside are left to whoever judges it.
#[must_use]
pub fn line(text: &str) -> String {
    let one = |c: char| match c {
        '\n' | '\r' | '\t' => c,
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            std::iter::once(c).nfkc().next().unwrap_or(c)
        }
        c if c.is_whitespace() => ' ',
        c => c,
    };
    visible(text).chars().map(one).collect::<String>().trim().to_owned()
}

/// What is read by machines: an address, a number, a date, a choice. Everything in one width.
#[must_use]
pub fn plain(text: &str) -> String {
    visible(&text.nfkc().collect::<String>()).trim().to_owned()
}

/// A name as it is compared and looked for: without spaces, dots and case, in one width.
#[must_use]
pub fn compared(name: &str) -> String {
    let counts = |c: &char| !c.is_whitespace() && !is_unseen(*c) && !DOTS.contains(c);
    name.nfkc().filter(counts).flat_map(char::to_lowercase).collect()
}

/// Only the letters of a name, in one width and case: people write what stands between them in many ways.
#[must_use]
pub fn letters(name: &str) -> String {
    name.nfkc().filter(|c| c.is_alphanumeric() && !is_unseen(*c)).flat_map(char::to_lowercase).collect()
}

/// A text in the middle of others: what is read from right to left turns nothing but itself.
#[must_use]
pub fn isolated(text: &str) -> Cow<'_, str> {
    if text.chars().any(reads_leftwards) { Cow::Owned(format!("\u{2068}{text}\u{2069}")) } else { Cow::Borrowed(text) }
}

/// Shows nothing by itself. Unicode calls a blank of Braille a sign.
fn is_unseen(c: char) -> bool {
    !c.is_ascii() && (IGNORED.contains(c) || c == '\u{2800}')
}

fn belongs(c: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let joins = |c: char| matches!(c, '\u{590}'..='\u{18af}') && !is_unseen(c);
    let is_selector = |c: char| SELECTORS.contains(c);
    let is_picture = |c: char| PICTURES.contains(c) || is_selector(c) || matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    match c {
        '\u{200d}' if is_picture(before) => after.is_some_and(|after| PICTURES.contains(after)),
        '\u{200c}' | '\u{200d}' | '\u{180e}' => joins(before) && after.is_some_and(joins),
        // The letters of a flag.
        '\u{e0020}'..='\u{e007f}' => matches!(before, '\u{1f3f4}' | '\u{e0020}'..='\u{e007e}'),
        c if is_selector(c) => !before.is_whitespace() && !is_unseen(before),
        _ => false,
    }
}

/// Hebrew, Arabic and the scripts beside them.
fn reads_leftwards(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_empty() {
        for blank in [
            "\u{3164}",
            "\u{200b}",
            "\u{2800}",
            "\u{ad}",
            "\u{115f}\u{1160}",
            "\u{ffa0}",
            "\u{feff}",
            "\u{180e}",
            "\u{34f}",
            "\u{2060}\u{2063}",
            "\u{fe0f}",
            "\u{200d}\u{200d}",
            "\u{e0041}",
            "\u{202e}\u{202c}",
            "\u{2066}\u{2069}",
            " \u{3000}\u{a0}",
        ] {
            assert_eq!(line(blank), "", "{blank:?}");
            assert_eq!(plain(blank), "", "{blank:?}");
            assert_eq!(compared(blank), "", "{blank:?}");
            assert_eq!(letters(blank), "", "{blank:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_letter_or_a_picture_stays() {
        for whole in [
            "𠮷田👩‍🚀",
            "❤️‍🔥",
            "🧑🏽‍💻",
            "1️⃣",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "葛󠄀城",
            "می‌خواهم",
            "क्‍ष",
            "ᠰᠠᠶᠢᠨ",
            "José",
            "第一行\n\t第二行",
            "小李（VIP），你好",
        ] {
            assert_eq!(visible(whole), whole);
        }
    }

    #[test]
    fn marks_of_direction_are_dropped() {
        for (typed, kept) in [
            ("小李\u{202e}(VIP)", "小李(VIP)"),
            ("\u{202d}13800138000\u{202c}", "13800138000"),
            ("a\u{200e}\u{200f}\u{61c}b", "ab"),
            ("张\u{200d}三", "张三"),
            ("a\u{200c}b", "ab"),
            ("\u{2068}王\u{2069}", "王"),
        ] {
            assert_eq!(visible(typed), kept, "{typed:?}");
        }
    }

    #[test]
    fn one_line_has_one_kind_of_space_and_one_width() {
        assert_eq!(line("\u{3000}王\u{3000}小云\u{a0}"), "王 小云");
        assert_eq!(line("ＡＢ１２（东院）"), "AB12（东院）");
        assert_eq!(plain("＋８６－１３８"), "+86-138");
        assert_eq!(line("甲\n乙"), "甲\n乙");
    }

    #[test]
    fn names_are_compared_however_their_parts_are_joined() {
        for name in [
            "阿依古丽·买买提",
            "阿依古丽・买买提",
            "阿依古丽•买买提",
            "阿依古丽‧买买提",
            "阿依古丽･买买提",
            "阿依古丽 买买提",
            "阿依古丽\u{3000}买买提",
            "阿依古丽买买提",
            "阿依古丽\u{200b}买买提",
        ] {
            assert_eq!(
                (compared(name).as_str(), letters(name).as_str()),
                ("阿依古丽买买提", "阿依古丽买买提"),
                "{name}"
            );
        }
        assert_eq!(compared("ＡＢＣ（东院）"), "abc(东院)");
        assert_eq!((compared("★😀"), letters("★😀")), ("★😀".to_owned(), String::new()));
    }

    #[test]
    fn only_what_reads_from_the_right_is_isolated() {
        assert_eq!(isolated("小李(VIP)"), "小李(VIP)");
        assert_eq!(isolated("ئەركىن"), "\u{2068}ئەركىن\u{2069}");
    }
}
