//! A table somebody uploads, CSV or XLSX, becomes rows of folded text that remember their line.
//! What the file is called does not matter; what is in it does.

pub mod corrections;
mod header;
pub mod headings;
mod list;
mod note;
mod parcel;
pub mod refusals;
mod separators;
mod text;
mod unreadable;
pub mod upload;
mod workbook;
pub mod written;

use std::sync::Arc;

use crate::folding;

pub use list::{List, ListRow, RowError};
pub use unreadable::{CellFault, Unreadable};

/// The largest upload, in bytes.
pub const LARGEST_UPLOAD: usize = 5 * 1024 * 1024;
/// The most rows below the headers; blank rows do not count.
pub const MOST_ROWS: usize = 20_000;
/// The most columns that hold anything.
pub const MOST_COLUMNS: usize = 64;
/// The most characters in one cell.
pub const LONGEST_CELL: usize = 2_000;
/// Rows of an upload that may be titles, headers or bare numbers of rows.
const MOST_OTHER_ROWS: usize = 2_000;

/// What was uploaded: the visible sheets of a workbook that hold anything, or the one table of a text.
#[derive(Debug)]
pub struct Sheet {
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    /// Of the sheet in its workbook.
    name: Option<Arc<str>>,
    rows: Vec<Row>,
}

/// One row that holds something. `line` counts from 1, as the spreadsheet or the editor shows it.
#[derive(Debug)]
struct Row {
    line: u32,
    cells: Vec<Cell>,
    /// A bit a column: what stands there is that of a cell merged over it.
    covered: u64,
}

type Cell = Result<String, CellFault>;

/// A column an import understands: its name in the API and every heading people write above it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub field: &'static str,
    pub headings: &'static [&'static str],
    pub required: bool,
}

impl Sheet {
    /// Reads an upload. Takes up to seconds on the largest files: not for an async thread.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > LARGEST_UPLOAD {
            return Err(Unreadable::TooLarge);
        }
        let tables = match bytes {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::tables(bytes)?,
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(Unreadable::OldOrLocked),
            _ => vec![Table { name: None, rows: text::rows(bytes)? }],
        };
        // A header alone is no list.
        if tables.iter().all(|table| table.rows.len() < 2) {
            return Err(Unreadable::Empty);
        }
        Ok(Self { tables })
    }

    /// The list in it: every sheet that has the wanted columns, in whatever order, below whatever title. `named_by` are
    /// the fields that say whose row one is, the first filled of them.
    pub fn list<const N: usize>(
        &self,
        columns: &'static [Column; N],
        named_by: &[&str],
    ) -> Result<List<N>, Unreadable> {
        List::of(&self.tables, columns, named_by)
    }
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(is_empty)
    }

    fn is_covered(&self, column: usize) -> bool {
        self.covered >> column & 1 == 1
    }

    /// What stands in a column by itself, unread or not.
    fn holds(&self, column: usize) -> bool {
        !self.is_covered(column) && self.cells.get(column).is_some_and(|cell| !is_empty(cell))
    }

    fn text(&self, column: usize) -> &str {
        self.cells.get(column).and_then(|cell| cell.as_deref().ok()).unwrap_or_default()
    }
}

fn is_empty(cell: &Cell) -> bool {
    matches!(cell, Ok(text) if text.is_empty())
}

/// One cell as it is kept.
fn cell(raw: &str) -> Cell {
    let text = folding::line(raw);
    let text = unquoted(&text);
    if text.chars().count() > LONGEST_CELL { Err(CellFault::TooLong) } else { Ok(text.to_owned()) }
}

/// `'138…` is how people keep a spreadsheet from making a number of it, and how we keep it from making a formula.
fn unquoted(text: &str) -> &str {
    let bare = text.strip_prefix(['\'', '\u{2018}', '\u{2019}']).unwrap_or(text);
    if bare.starts_with(|c: char| c.is_ascii_digit() || written::is_lure(c)) { bare } else { text }
}

/// `1.38001E+10`: what a spreadsheet leaves of eleven digits when it writes a CSV.
fn is_shortened(text: &str) -> bool {
    let Some((digits, zeros)) = text.split_once(['E', 'e']) else { return false };
    let zeros = zeros.strip_prefix('+').unwrap_or_default();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    is_number(zeros) && whole.len() == 1 && is_number(whole) && is_number(part)
}

#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod tests;
