//! A table somebody uploads, CSV or XLSX, becomes rows of trimmed text that remember their line.
//! What the file is called does not matter; what is in it does.

mod parcel;
pub mod refusals;
mod text;
mod unreadable;
pub mod upload;
mod workbook;
pub mod written;

use unicode_normalization::UnicodeNormalization;

pub use unreadable::{CellFault, Unreadable};

/// The largest upload, in bytes.
pub const LARGEST_UPLOAD: usize = 5 * 1024 * 1024;
/// The most rows below the header; blank rows do not count.
pub const MOST_ROWS: usize = 20_000;
/// The most columns that hold anything.
pub const MOST_COLUMNS: usize = 64;
/// The most characters in one cell.
pub const LONGEST_CELL: usize = 2_000;

/// A table as uploaded: a header and the rows below it.
#[derive(Debug)]
pub struct Sheet {
    header: Vec<String>,
    rows: Vec<Row>,
}

/// One row that holds something. `line` counts from 1, as the spreadsheet or the editor shows it.
#[derive(Debug)]
pub struct Row {
    pub line: u32,
    cells: Vec<Result<String, CellFault>>,
}

/// A column an import understands: its name in the API and every heading people write above it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub field: &'static str,
    pub headings: &'static [&'static str],
    pub required: bool,
}

/// Where in this sheet each wanted column stands, in the order in which they were wanted.
#[derive(Debug)]
pub struct ColumnPlaces<const N: usize> {
    places: [Option<usize>; N],
    /// Headings nobody asked for; their cells are not read.
    pub unused: Vec<String>,
}

impl Sheet {
    /// Reads an upload. Takes up to seconds on the largest files: not for an async thread.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > LARGEST_UPLOAD {
            return Err(Unreadable::TooLarge);
        }
        let mut rows = match bytes {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => workbook::rows(bytes)?,
            [0xD0, 0xCF, 0x11, 0xE0, ..] => return Err(Unreadable::OldOrLocked),
            _ => text::rows(bytes)?,
        }
        .into_iter();
        let header = rows.next().ok_or(Unreadable::Empty)?;
        let rows: Vec<Row> = rows.collect();
        if rows.is_empty() {
            return Err(Unreadable::Empty);
        }
        let header = header.cells.into_iter().map(Result::unwrap_or_default).collect();
        Ok(Self { header, rows })
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Finds the wanted columns by their headings, whatever their order, case, width or asterisks.
    pub fn find<const N: usize>(&self, wanted: &[Column; N]) -> Result<ColumnPlaces<N>, Unreadable> {
        let mut places = [None; N];
        let mut unused = Vec::new();
        for (at, heading) in self.header.iter().enumerate() {
            let folded = fold(heading);
            let meant = wanted.iter().zip(places.iter_mut()).find(|(column, _)| {
                fold(column.field) == folded || column.headings.iter().any(|known| fold(known) == folded)
            });
            match meant {
                Some((column, Some(_))) => {
                    return Err(Unreadable::ColumnTwice { field: column.field });
                }
                Some((_, place)) => *place = Some(at),
                None if heading.is_empty() => {}
                None => unused.push(heading.clone()),
            }
        }
        let missing = wanted.iter().zip(&places).filter(|(column, place)| column.required && place.is_none());
        let fields: Vec<_> = missing.map(|(column, _)| column.field).collect();
        if fields.is_empty() { Ok(ColumnPlaces { places, unused }) } else { Err(Unreadable::MissingColumns { fields }) }
    }
}

impl Row {
    /// The texts of the found columns, in the order wanted; "" where the column or the cell is not there.
    pub fn texts<const N: usize>(&self, found: &ColumnPlaces<N>) -> [Result<&str, CellFault>; N] {
        found.places.map(|place| match place.and_then(|at| self.cells.get(at)) {
            Some(Ok(text)) => Ok(text.as_str()),
            Some(Err(fault)) => Err(*fault),
            None => Ok(""),
        })
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| matches!(cell, Ok(text) if text.is_empty()))
    }
}

/// What Excel and people leave around a value and nobody means. Joiners inside an emoji are not touched.
fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{2060}'))
}

/// One cell as it is kept.
fn cell(raw: &str) -> Result<String, CellFault> {
    let text = trim(raw);
    if text.chars().count() > LONGEST_CELL { Err(CellFault::TooLong) } else { Ok(text.to_owned()) }
}

/// A heading as it is compared: `＊E-mail（必填）` is `email`.
fn fold(heading: &str) -> String {
    let heading: String = heading.nfkc().collect();
    let bare = heading.split(['(', '[']).next().unwrap_or_default();
    bare.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests;
