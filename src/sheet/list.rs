//! The list in an upload: the rows below every header that has the wanted columns, and what is wrong with them.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::header::{self, Header};
use super::note;
use super::{Cell, CellFault, Column, MOST_ROWS, Row, Table, Unreadable, is_empty, is_shortened};

/// The most characters of a value or a line that are told.
const LONGEST_QUOTE: usize = 80;

/// A list as it is read.
#[derive(Debug)]
pub struct List<const N: usize> {
    pub rows: Vec<ListRow<N>>,
    /// Headings nobody asked for; their cells are not read.
    pub unused: Vec<String>,
    /// Sheets of the workbook that hold something else, and lines that are no rows.
    pub unread: Vec<String>,
}

/// One row of it: the cells of the wanted columns, in the order in which they were wanted.
#[derive(Debug)]
pub struct ListRow<const N: usize> {
    pub line: u32,
    /// Where it stands in the upload: which table, which of its rows.
    place: (usize, usize),
    /// The sheet of the workbook, where several are read.
    sheet: Option<Arc<str>>,
    /// Whose row it is, as far as it says so.
    whose: Option<String>,
    cells: [Cell; N],
    columns: &'static [Column; N],
}

/// What is wrong with one cell of an uploaded table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowError {
    /// As the spreadsheet or the editor counts, from 1.
    pub line: u32,
    /// The sheet of the workbook, where several were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    pub field: &'static str,
    pub code: &'static str,
    pub message: String,
    /// What stood there, or how it began; left out where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whose row it is: the name in it, or the mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whose: Option<String>,
    #[serde(skip)]
    pub(super) place: (usize, usize),
}

impl RowError {
    /// In the order in which the rows were sent; of one row, in which they were told.
    pub fn sort(errors: &mut [Self]) {
        errors.sort_by_key(|error| error.place);
    }
}

impl<const N: usize> List<N> {
    pub(super) fn of(tables: &[Table], columns: &'static [Column; N], named_by: &[&str]) -> Result<Self, Unreadable> {
        let headers: Vec<Option<Header>> = tables.iter().map(|table| header::find(&table.rows, columns)).collect();
        let fitting = headers.iter().flatten().filter(|header| header.fits()).count();
        if fitting == 0 {
            return Err(unfit(tables, headers));
        }
        let mut list = Self { rows: Vec::new(), unused: Vec::new(), unread: Vec::new() };
        for (at, (table, header)) in tables.iter().zip(headers).enumerate() {
            let Some(header) = header.filter(Header::fits) else {
                list.unread.extend(table.name.as_deref().map(str::to_owned));
                continue;
            };
            let sheet = table.name.as_ref().filter(|_| fitting > 1);
            for (below, row) in table.rows.iter().enumerate().skip(header.below) {
                if let Some(note) = note::of(row) {
                    list.unread.push(format!("{}: {}", row.line, quote(note)));
                } else if header.is_repeated_by(row) {
                    // The top of another page of paper.
                } else if header.places.iter().flatten().any(|column| row.holds(*column)) {
                    let cells = std::array::from_fn(|field| first_filled(row, header.places.get(field)));
                    let whose = whose(&cells, columns, named_by);
                    let (place, sheet) = ((at, below), sheet.cloned());
                    list.rows.push(ListRow { line: row.line, place, sheet, whose, cells, columns });
                }
                if list.rows.len() > MOST_ROWS {
                    return Err(Unreadable::TooManyRows { line: row.line });
                }
            }
            let new = header.unused.into_iter().filter(|heading| !list.unused.contains(heading)).collect::<Vec<_>>();
            list.unused.extend(new);
        }
        if list.rows.is_empty() { Err(Unreadable::Empty) } else { Ok(list) }
    }
}

/// Why none of the tables is a list: that one is told of which comes nearest.
fn unfit(tables: &[Table], headers: Vec<Option<Header>>) -> Unreadable {
    let mut best: Option<(&Table, Header)> = None;
    for (table, header) in tables.iter().zip(headers) {
        let Some(header) = header else { continue };
        if best.as_ref().is_none_or(|(_, best)| header.rank() > best.rank()) {
            best = Some((table, header));
        }
    }
    let Some((table, header)) = best else { return Unreadable::Empty };
    if let (true, Some((field, headings))) = (header.missing.is_empty(), header.twice) {
        return Unreadable::ColumnTwice { field, headings: headings.map(|heading| quote(&heading)) };
    }
    let filled: Vec<&str> = header.headings.iter().map(String::as_str).filter(|heading| !heading.is_empty()).collect();
    let sheet = table.name.as_deref().filter(|_| tables.len() > 1).map(str::to_owned);
    Unreadable::MissingColumns { fields: header.missing, line: header.line, header: quote(&filled.join(" | ")), sheet }
}

fn first_filled(row: &Row, places: Option<&Vec<usize>>) -> Cell {
    let mut cells = places.into_iter().flatten().filter_map(|column| row.cells.get(*column));
    cells.find(|cell| !is_empty(cell)).cloned().unwrap_or(Ok(String::new()))
}

fn whose<const N: usize>(cells: &[Cell; N], columns: &[Column; N], named_by: &[&str]) -> Option<String> {
    let named = |field: &&str| {
        let at = columns.iter().position(|column| column.field == *field)?;
        cells.get(at)?.as_ref().ok().filter(|text| !text.is_empty()).map(|text| quote(text))
    };
    named_by.iter().find_map(named)
}

/// A text, or how it begins, on one line.
fn quote(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

impl<const N: usize> ListRow<N> {
    /// The texts, "" where the column or the cell is not there.
    pub fn texts(&self) -> [Result<&str, CellFault>; N] {
        self.cells.each_ref().map(|cell| match cell {
            Ok(text) if is_shortened(text) => Err(CellFault::Shortened),
            Ok(text) => Ok(text.as_str()),
            Err(fault) => Err(*fault),
        })
    }

    /// Something that is wrong with a field of this row.
    pub fn error(&self, field: &'static str, code: &'static str, message: impl Into<String>) -> RowError {
        let at = self.columns.iter().position(|column| column.field == field);
        let text = at.and_then(|at| self.cells.get(at)?.as_ref().ok()).filter(|text| !text.is_empty());
        RowError {
            line: self.line,
            sheet: self.sheet.as_deref().map(str::to_owned),
            field,
            code,
            message: message.into(),
            value: text.map(|text| quote(text)),
            whose: self.whose.clone(),
            place: self.place,
        }
    }

    /// What is wrong with a cell that has no text.
    pub fn unread(&self, field: &'static str, fault: CellFault) -> RowError {
        self.error(field, fault.code(), fault.to_string())
    }
}
