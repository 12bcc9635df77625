//! Why a cell or a whole upload could not be read, in words the person who made it can act on.

use std::fmt;

use super::{LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, refusals};
use crate::error::refusal::Refusal;

/// Why one cell has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellFault {
    /// A formula that was never calculated: the file holds the recipe and no result.
    FormulaWithoutValue,
    /// The spreadsheet itself shows an error such as `#N/A`.
    SpreadsheetError,
    /// Longer than [`LONGEST_CELL`].
    TooLong,
    /// A long number of which a spreadsheet kept a few digits, such as `1.38001E+10`.
    Shortened,
}

impl CellFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::FormulaWithoutValue => "formula_without_value",
            Self::SpreadsheetError => "spreadsheet_error",
            Self::TooLong => "too_long",
            Self::Shortened => "number_shortened",
        }
    }
}

impl fmt::Display for CellFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FormulaWithoutValue => {
                write!(f, "The cell holds a formula without a result. Open the file, save it again, or paste values.")
            }
            Self::SpreadsheetError => write!(f, "The cell shows a spreadsheet error."),
            Self::TooLong => write!(f, "The cell holds more than {LONGEST_CELL} characters."),
            Self::Shortened => write!(
                f,
                "A spreadsheet has shortened a long number and lost its digits. Format the column as text and enter it again."
            ),
        }
    }
}

/// Why a whole upload cannot be read as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// More than [`super::LARGEST_UPLOAD`] bytes.
    TooLarge,
    /// Nothing in it, or a header alone.
    Empty,
    /// Neither text nor a workbook.
    NotATable,
    /// A web page, which some programs save under the name of a workbook.
    WebPage,
    /// The old binary Excel format, or a workbook with a password.
    OldOrLocked,
    /// Would unpack to more than anybody types.
    Bomb,
    /// A workbook that cannot be opened.
    Damaged,
    /// Text in none of UTF-8, UTF-16 with a mark, GB18030.
    UnknownEncoding {
        line: u32,
    },
    /// Text with characters no editor writes.
    ControlCharacter {
        line: u32,
    },
    /// A quotation mark opens on this line and never closes.
    UnclosedQuote {
        line: u32,
    },
    TooManyRows {
        line: u32,
    },
    TooManyColumns {
        line: u32,
    },
    /// No line names the headings of these required fields; this is the one that comes nearest to a header.
    MissingColumns {
        fields: Vec<&'static str>,
        line: u32,
        /// What it says, `|` between its cells.
        header: String,
        /// Where the workbook has several.
        sheet: Option<String>,
    },
    /// Two headings mean the same field, which cannot be left out.
    ColumnTwice {
        field: &'static str,
        headings: [String; 2],
    },
}

impl Unreadable {
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::TooLarge => refusals::UPLOAD_TOO_LARGE,
            Self::Empty => refusals::SHEET_EMPTY,
            Self::NotATable => refusals::NOT_A_TABLE,
            Self::WebPage => refusals::WEB_PAGE,
            Self::OldOrLocked => refusals::WORKBOOK_OLD_OR_LOCKED,
            Self::Bomb => refusals::WORKBOOK_TOO_LARGE,
            Self::Damaged => refusals::WORKBOOK_DAMAGED,
            Self::UnknownEncoding { .. } => refusals::UNKNOWN_ENCODING,
            Self::ControlCharacter { .. } => refusals::CONTROL_CHARACTER,
            Self::UnclosedQuote { .. } => refusals::UNCLOSED_QUOTE,
            Self::TooManyRows { .. } => refusals::TOO_MANY_ROWS,
            Self::TooManyColumns { .. } => refusals::TOO_MANY_COLUMNS,
            Self::MissingColumns { .. } => refusals::MISSING_COLUMNS,
            Self::ColumnTwice { .. } => refusals::COLUMN_TWICE,
        }
    }

    /// The line at fault, where one is.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::UnknownEncoding { line }
            | Self::ControlCharacter { line }
            | Self::UnclosedQuote { line }
            | Self::TooManyRows { line }
            | Self::TooManyColumns { line }
            | Self::MissingColumns { line, .. } => Some(*line),
            _ => None,
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge
            | Self::Empty
            | Self::NotATable
            | Self::WebPage
            | Self::OldOrLocked
            | Self::Bomb
            | Self::Damaged => f.write_str(self.refusal().detail),
            Self::UnknownEncoding { line } => {
                write!(f, "Line {line} is not in UTF-8, UTF-16 or GB18030. Save the file as UTF-8.")
            }
            Self::ControlCharacter { line } => write!(f, "Line {line} holds a control character."),
            Self::UnclosedQuote { line } => {
                write!(f, "A quotation mark on line {line} is never closed.")
            }
            Self::TooManyRows { line } => {
                write!(f, "More than {MOST_ROWS} rows, from line {line} on.")
            }
            Self::TooManyColumns { line } => {
                write!(f, "Line {line} has more than {MOST_COLUMNS} columns.")
            }
            Self::MissingColumns { fields, line, header, sheet } => {
                write!(f, "The header lacks: {}. Line {line}", fields.join(", "))?;
                sheet.iter().try_for_each(|sheet| write!(f, " of sheet {sheet}"))?;
                write!(f, " was taken for it: {header}")
            }
            Self::ColumnTwice { field, headings: [first, second] } => {
                write!(f, "Two columns both mean {field}: {first}, {second}.")
            }
        }
    }
}

impl std::error::Error for Unreadable {}
