//! Which line of a table is its header, and which of its columns means what. A header may stand below a title, have
//! two lines, and say `1、您的姓名（必填）Name：` where it means a name.

use unicode_normalization::UnicodeNormalization;

use super::corrections::REMARKS;
use super::{Column, Row};

/// Rows at the top of a table among which its header is looked for.
const DEEPEST: usize = 20;
/// What people put around the word itself.
const BEFORE: [&str; 15] = [
    "请填写",
    "请输入",
    "请选择",
    "请提供",
    "请问",
    "您的",
    "你的",
    "本人",
    "我的",
    "您",
    "你",
    "请",
    "pleaseenter",
    "please",
    "your",
];
const AFTER: [&str; 3] = ["是什么", "是", "为"];
const OPENING: [char; 5] = ['(', '[', '{', '【', '<'];
const CLOSING: [char; 5] = [')', ']', '}', '】', '>'];
const NUMERALS: &str = "一二三四五六七八九十";

/// A header, as far as it fits.
#[derive(Debug)]
pub struct Header {
    pub line: u32,
    /// Of every column, as written.
    pub headings: Vec<String>,
    /// The place of the first row below it.
    pub below: usize,
    /// Where each wanted column stands; an optional one may stand in several, and the first filled counts.
    pub places: Vec<Vec<usize>>,
    /// Required fields without a heading.
    pub missing: Vec<&'static str>,
    /// A required field with two.
    pub twice: Option<(&'static str, [String; 2])>,
    /// Headings nobody asked for; their cells are not read.
    pub unused: Vec<String>,
}

/// The header of a table: of the lines at its top the one that says most, alone or with the line below it. None where
/// the table is empty.
pub fn find(rows: &[Row], columns: &[Column]) -> Option<Header> {
    let known = Known::of(columns);
    let top = rows.get(..rows.len().min(DEEPEST)).unwrap_or_default();
    let alone = (0..top.len()).filter_map(|at| Header::of(top.get(at..=at)?, at + 1, &known));
    let double = (1..top.len()).filter_map(|at| {
        let lines = top.get(at - 1..=at)?;
        is_double(lines, &known).then(|| Header::of(lines, at + 1, &known))?
    });
    let mut best: Option<Header> = None;
    for header in alone.chain(double) {
        if best.as_ref().is_none_or(|best| header.rank() > best.rank()) {
            best = Some(header);
        }
    }
    best
}

impl Header {
    pub fn fits(&self) -> bool {
        self.missing.is_empty() && self.twice.is_none()
    }

    /// Whether a row says the same once more, as the top of every page of paper does.
    pub fn is_repeated_by(&self, row: &Row) -> bool {
        let says = |column: &usize| self.headings.get(*column).is_some_and(|heading| heading == row.text(*column));
        self.places.iter().flatten().all(says)
    }

    /// Fields that were found.
    pub fn rank(&self) -> (bool, usize) {
        (self.fits(), self.places.iter().filter(|places| !places.is_empty()).count())
    }

    fn of(lines: &[Row], below: usize, known: &Known<'_>) -> Option<Self> {
        let width = lines.iter().map(|line| line.cells.len()).max()?;
        let headings: Vec<String> = (0..width).map(|column| heading(lines, column).to_owned()).collect();
        let mut header = Self {
            line: lines.first()?.line,
            below,
            places: vec![Vec::new(); known.0.len()],
            missing: Vec::new(),
            twice: None,
            unused: Vec::new(),
            headings,
        };
        let mut taken = vec![false; width];
        for meaning in [exact, loose] {
            let meant: Vec<Option<usize>> = (0..width)
                .map(|column| lines.iter().rev().find_map(|line| known.find(&meaning(line.text(column)))))
                .collect();
            let free: Vec<bool> = header.places.iter().map(Vec::is_empty).collect();
            for (column, field) in meant.into_iter().enumerate() {
                let Some(field) = field.filter(|field| free.get(*field) == Some(&true)) else { continue };
                let taken = taken.get_mut(column)?;
                if !*taken {
                    *taken = true;
                    header.places.get_mut(field)?.push(column);
                }
            }
        }
        for ((column, _), places) in known.0.iter().zip(&header.places) {
            match places.as_slice() {
                [] if column.required => header.missing.push(column.field),
                [first, second, ..] if column.required && !is_spread(lines, places) && header.twice.is_none() => {
                    let both = [first, second].map(|at| header.headings.get(*at).cloned().unwrap_or_default());
                    header.twice = Some((column.field, both));
                }
                _ => {}
            }
        }
        let left = header.headings.iter().zip(&taken).filter(|(heading, taken)| !**taken && !heading.is_empty());
        header.unused = left.map(|(heading, _)| heading.clone()).filter(|heading| !is_remarks(heading)).collect();
        header.unused.dedup();
        Some(header)
    }
}

/// What stands above a column: the lowest line says it most exactly.
fn heading(lines: &[Row], column: usize) -> &str {
    lines.iter().rev().map(|line| line.text(column)).find(|text| !text.is_empty()).unwrap_or_default()
}

/// Whether one heading is merged over all these columns.
fn is_spread(lines: &[Row], places: &[usize]) -> bool {
    lines.last().is_some_and(|line| places.iter().skip(1).all(|column| line.is_covered(*column)))
}

/// Whether the second of two lines goes on with the first: it holds nothing below what the first means.
fn is_double(lines: &[Row], known: &Known<'_>) -> bool {
    let [upper, lower] = lines else { return false };
    let says = |text: &str| known.find(&exact(text)).or_else(|| known.find(&loose(text))).is_some();
    (0..upper.cells.len()).all(|column| !lower.holds(column) || !says(upper.text(column)))
}

pub fn is_remarks(heading: &str) -> bool {
    let folded = exact(heading);
    REMARKS.iter().any(|known| exact(known) == folded)
}

/// The wanted columns, with their headings as they are compared.
struct Known<'a>(Vec<(&'a Column, Vec<String>)>);

impl<'a> Known<'a> {
    fn of(columns: &'a [Column]) -> Self {
        let folded = |column: &'a Column| {
            let headings = column.headings.iter().chain([&column.field]).flat_map(|heading| exact(heading)).collect();
            (column, headings)
        };
        Self(columns.iter().map(folded).collect())
    }

    /// Which column is meant by a heading that may be read in these ways.
    fn find(&self, readings: &[String]) -> Option<usize> {
        readings.iter().find_map(|reading| self.0.iter().position(|(_, headings)| headings.contains(reading)))
    }
}

/// A heading as it is compared: `＊E-mail（必填）` is `email`.
fn exact(heading: &str) -> Vec<String> {
    let heading: String = heading.nfkc().collect();
    let bare = letters(heading.split(['(', '[']).next().unwrap_or_default());
    if bare.is_empty() { Vec::new() } else { vec![bare] }
}

/// What a heading may mean besides: without the number of a question, what is polite, what stands in brackets, and a
/// second language beside it.
fn loose(heading: &str) -> Vec<String> {
    let heading: String = heading.nfkc().collect();
    let bare = without_brackets(&heading);
    let bare = if letters(&bare).is_empty() { &heading } else { &bare };
    let parts = std::iter::once(bare.as_str()).chain(bare.split(['\n', '\r', '/', '|', '\\']));
    let wholes: Vec<String> = parts.map(|part| letters(unnumbered(part))).collect();
    let of_script = |whole: &String, han: bool| whole.chars().filter(|c| is_han(*c) == han).collect::<String>();
    let scripts = wholes.iter().flat_map(|whole| [true, false].map(|han| of_script(whole, han)));
    let readings = wholes.iter().cloned().chain(scripts).map(|reading| unpadded(&reading).to_owned());
    readings.filter(|reading| !reading.is_empty()).collect()
}

fn letters(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = |c: &char| {
        depth += usize::from(OPENING.contains(c));
        let is_outside = depth == 0;
        depth = depth.saturating_sub(usize::from(CLOSING.contains(c)));
        is_outside
    };
    text.chars().filter(outside).collect()
}

/// Without `1、`, `Q2.`, `第三题` or `四、` before it.
fn unnumbered(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let counted = text.strip_prefix(['q', 'Q', '第']).unwrap_or(text);
    let rest = counted.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < counted.len() {
        return rest.strip_prefix('题').unwrap_or(rest);
    }
    let rest = counted.trim_start_matches(|c: char| NUMERALS.contains(c));
    let is_number = rest.len() < counted.len() && rest.starts_with(['、', '.', ',', ':', '题']);
    if is_number { rest.trim_start_matches('题') } else { text }
}

fn unpadded(reading: &str) -> &str {
    let mut word = reading;
    loop {
        let before = BEFORE.iter().find_map(|before| word.strip_prefix(before));
        let Some(next) = before.or_else(|| AFTER.iter().find_map(|after| word.strip_suffix(after))) else {
            return word;
        };
        word = next;
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}
