//! Tables as text: which encoding, which line.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::separators::separated;
use super::{MOST_COLUMNS, MOST_OTHER_ROWS, MOST_ROWS, Row, Unreadable, cell};
use crate::folding;

/// How a web page, a page saved with its pictures, or a table in XML begins.
const WEB_PAGES: [&str; 8] =
    ["<html", "<!doctype html", "<table", "<head", "<meta", "<body", "<style", "mime-version:"];
const XML_TABLE: &str = "urn:schemas-microsoft-com:office:spreadsheet";

pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    let text = decode(bytes)?;
    // A file of an old Mac ends its lines with CR alone; the line counter below counts LF.
    let text = if text.contains('\n') { text } else { text.replace('\r', "\n") };
    refuse_control_characters(&text)?;
    if is_web_page(&text) {
        return Err(Unreadable::WebPage);
    }
    let (text, delimiter, skip) = separated(text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes().get(skip..).unwrap_or_default());
    let mut lines = Lines::of(&text, skip);
    let mut rows: Vec<Row> = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut last = 1;
    // The text is valid UTF-8 and rows may differ in length, so the reader has nothing to refuse.
    while reader.read_record(&mut record).map_err(|_| Unreadable::NotATable)? {
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        last = line;
        let filled = record
            .iter()
            .enumerate()
            .filter(|(_, field)| !folding::line(field).is_empty())
            .last()
            .map_or(0, |(at, _)| at + 1);
        if filled > MOST_COLUMNS {
            return Err(Unreadable::TooManyColumns { line });
        }
        let cells = record.iter().take(filled).map(|field| cell(typed(field))).collect();
        let row = Row { line, cells, covered: 0 };
        if row.is_blank() {
            continue;
        }
        if rows.len() > MOST_ROWS + MOST_OTHER_ROWS {
            return Err(Unreadable::TooManyRows { line });
        }
        rows.push(row);
    }
    if never_closed(&text, last, delimiter) { Err(Unreadable::UnclosedQuote { line: last }) } else { Ok(rows) }
}

/// UTF-8 and UTF-16 by their marks, then UTF-8 where it is valid, then GB18030, which Excel in China writes.
fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strictly(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if let Some(text) = unmarked_utf16(bytes) {
        return Ok(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    // GB18030 accepts nearly anything, a UTF-8 file with one broken byte included, and turns it into nonsense.
    let lossy = String::from_utf8_lossy(bytes);
    let broken = lossy.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let whole = lossy.chars().filter(|c| c.len_utf8() == 3 && *c != char::REPLACEMENT_CHARACTER).count();
    strictly(if whole > 4 * broken { UTF_8 } else { GB18030 }, bytes)
}

/// UTF-16 whose mark was lost on the way: every separator and line break of it has a NUL for a half.
fn unmarked_utf16(bytes: &[u8]) -> Option<String> {
    let nuls = |half: usize| bytes.iter().skip(half).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    // A few characters end in a NUL of their own.
    let (fewer, more) = (even.min(odd), even.max(odd));
    if !bytes.len().is_multiple_of(2) || more == 0 || more * 8 < bytes.len() || fewer * 4 > more {
        return None;
    }
    let encoding = if odd > even { UTF_16LE } else { UTF_16BE };
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
}

fn strictly(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, Unreadable> {
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        return Ok(text.into_owned());
    }
    let (lossy, _) = encoding.decode_without_bom_handling(bytes);
    let before = lossy.split(char::REPLACEMENT_CHARACTER).next().unwrap_or_default();
    Err(Unreadable::UnknownEncoding { line: line_after(before) })
}

fn is_stray(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\r' | '\n')
}

fn refuse_control_characters(text: &str) -> Result<(), Unreadable> {
    match text.find(is_stray) {
        None => Ok(()),
        // A picture or a PDF is full of them; an export with one stray character is worth naming.
        Some(at) => {
            if text.chars().filter(|c| is_stray(*c)).count() >= 3 {
                return Err(Unreadable::NotATable);
            }
            let before = text.get(..at).unwrap_or_default();
            Err(Unreadable::ControlCharacter { line: line_after(before) })
        }
    }
}

fn is_web_page(text: &str) -> bool {
    let begins =
        |start: &str| text.trim_start().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    WEB_PAGES.iter().any(|start| begins(start))
        || (begins("<?xml") && (text.contains(XML_TABLE) || text.contains("<html")))
}

/// `="00123"` is how people stop Excel from eating zeros; they mean what is between the quotes.
fn typed(field: &str) -> &str {
    field.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(field)
}

/// The reader takes a quotation mark that never closes as "everything to the end of the file".
fn never_closed(text: &str, last_record: u32, delimiter: u8) -> bool {
    let marks = text.bytes().filter(|byte| *byte == b'"').count();
    if marks.is_multiple_of(2) {
        return false;
    }
    let lines = line_after(text.trim_end_matches(['\r', '\n']));
    let last = text.lines().nth(last_record.saturating_sub(1) as usize).unwrap_or_default();
    // An odd mark in the middle of a value (6" pipe) opens nothing.
    last_record < lines || last.split(char::from(delimiter)).any(|field| field.starts_with('"'))
}

fn line_after(before: &str) -> u32 {
    u32::try_from(before.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX - 1) + 1
}

/// Counts lines up to where a record begins. The reader's own count is of where it began to look, which is before
/// the blank lines it skips.
struct Lines<'a> {
    text: &'a [u8],
    seen: usize,
    line: u32,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str, skip: usize) -> Self {
        Self { text: text.as_bytes().get(skip..).unwrap_or_default(), seen: 0, line: if skip > 0 { 2 } else { 1 } }
    }

    fn at(&mut self, byte: u64) -> u32 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.seen)
            && (self.seen < start || matches!(byte, b'\r' | b'\n'))
        {
            self.line += u32::from(*byte == b'\n');
            self.seen += 1;
        }
        self.line
    }
}
