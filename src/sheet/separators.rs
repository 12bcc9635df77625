//! What stands between the cells of a text.

/// Candidates, those first that are meant where all seem to be. What a Chinese keyboard types stands for its
/// narrow sibling.
const CANDIDATES: [char; 7] = [',', ';', '\t', '|', '，', '；', '｜'];
/// Lines that are looked at.
const LOOKED_AT: usize = 20;
/// What stands for a separator of more than one byte while the text is read. Nobody types it: control characters are
/// refused before.
const STAND_IN: char = '\u{1f}';

/// A text as it can be read with a separator of one byte, that byte, and how many bytes to skip before it: Excel may
/// put `sep=;` on a line of its own.
pub fn separated(text: String) -> (String, u8, usize) {
    let first = text.lines().next().unwrap_or_default();
    if let Some([separator @ (b',' | b';' | b'\t' | b'|')]) = first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        let (separator, skip) = (*separator, text.find('\n').map_or(text.len(), |at| at + 1));
        return (text, separator, skip);
    }
    let separator = separator(&text);
    match u8::try_from(separator) {
        Ok(byte) => (text, byte, 0),
        Err(_) => (replaced(&text, separator), STAND_IN as u8, 0),
    }
}

/// The candidate that is on most lines. A wide one may as well stand in a sentence, so where it is on no first line
/// it has to be there twice.
fn separator(text: &str) -> char {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT);
    let mut quoted = false;
    let bare: Vec<String> = lines.map(|line| outside_quotes(line, &mut quoted)).collect();
    let on_lines = |candidate: char| {
        let counts: Vec<usize> = bare.iter().map(|line| line.matches(candidate).count()).collect();
        let begins = counts.iter().position(|count| *count > 0)?;
        let first = counts.get(begins).copied()?;
        let having = counts.iter().filter(|count| **count > 0).count();
        (candidate.is_ascii() || begins == 0 || first > 1).then_some((having, first))
    };
    // `max_by_key` keeps the last of equals.
    let found = CANDIDATES.into_iter().rev().filter_map(|candidate| Some((on_lines(candidate)?, candidate)));
    found.max_by_key(|(lines, _)| *lines).map_or(',', |(_, candidate)| candidate)
}

fn outside_quotes(line: &str, quoted: &mut bool) -> String {
    let is_outside = |c: &char| {
        *quoted ^= *c == '"';
        !*quoted
    };
    line.chars().filter(is_outside).collect()
}

fn replaced(text: &str, separator: char) -> String {
    let mut quoted = false;
    text.chars()
        .map(|c| {
            quoted ^= c == '"';
            if c == separator && !quoted { STAND_IN } else { c }
        })
        .collect()
}
