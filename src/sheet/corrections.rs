//! The rows that were not taken, as a workbook to put right and send again: as they were sent, each with a remark.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::header::{self, Header, is_remarks};
use super::{Column, RowError, Sheet, Table};

/// What stands above the remarks, by language. A column of this name is known, and not read.
pub const REMARKS: [&str; 2] = ["需要改正的地方", "To put right"];
/// Of a column, in characters.
const WIDE: f64 = 16.0;
const WIDEST: f64 = 60.0;

/// A workbook of these rows. `heading` is one of [`REMARKS`], `remark` puts what is wrong with a row into words.
///
/// # Errors
/// Faults of the library alone.
pub fn workbook(
    sheet: &Sheet,
    columns: &[Column],
    errors: &[RowError],
    heading: &str,
    remark: impl Fn(&[&RowError]) -> String,
) -> Result<Vec<u8>, XlsxError> {
    let mut wrong: BTreeMap<usize, BTreeMap<usize, Vec<&RowError>>> = BTreeMap::new();
    for error in errors {
        let (table, row) = error.place;
        wrong.entry(table).or_default().entry(row).or_default().push(error);
    }
    let mut book = Workbook::new();
    for (table, rows) in wrong {
        let Some(table) = sheet.tables.get(table) else { continue };
        let Some(header) = header::find(&table.rows, columns) else { continue };
        let page = book.add_worksheet();
        if let Some(name) = &table.name {
            page.set_name(&**name)?;
        }
        write(page, table, &header, columns, heading, &rows, &remark)?;
    }
    book.save_to_buffer()
}

fn write(
    page: &mut Worksheet,
    table: &Table,
    header: &Header,
    columns: &[Column],
    heading: &str,
    rows: &BTreeMap<usize, Vec<&RowError>>,
    remark: &impl Fn(&[&RowError]) -> String,
) -> Result<(), XlsxError> {
    // As text, so that no number typed over it is made shorter.
    let text = Format::new().set_num_format("@");
    let bold = text.clone().set_bold();
    let marked = text.clone().set_background_color(Color::RGB(0x00FF_E699));
    let remarks = text.clone().set_text_wrap().set_align(FormatAlign::Top);
    let kept: Vec<usize> =
        header.headings.iter().enumerate().filter(|(_, heading)| !is_remarks(heading)).map(|(at, _)| at).collect();
    for (to, from) in (0..).zip(&kept) {
        page.set_column_width(to, WIDE)?.set_column_format(to, &text)?;
        page.write_string_with_format(0, to, header.headings.get(*from).map_or("", String::as_str), &bold)?;
    }
    let last = u16::try_from(kept.len()).unwrap_or(u16::MAX);
    page.set_column_width(last, WIDEST)?.write_string_with_format(0, last, heading, &bold)?;
    page.set_freeze_panes(1, 0)?;
    for (line, (row, errors)) in (1..).zip(rows) {
        let Some(row) = table.rows.get(*row) else { continue };
        let faulty = |column: usize| errors.iter().any(|error| stands_in(error, column, header, columns));
        for (to, from) in (0..).zip(&kept) {
            let format = if faulty(*from) { &marked } else { &text };
            page.write_string_with_format(line, to, row.text(*from), format)?;
        }
        page.write_string_with_format(line, last, remark(errors), &remarks)?;
    }
    Ok(())
}

fn stands_in(error: &RowError, column: usize, header: &Header, columns: &[Column]) -> bool {
    let field = columns.iter().position(|known| known.field == error.field);
    field.and_then(|field| header.places.get(field)).is_some_and(|places| places.contains(&column))
}
