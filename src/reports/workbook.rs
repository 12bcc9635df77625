//! A report as an XLSX workbook.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Row, Table};
use crate::error::Fault;
use crate::page::Page;

/// Of the first column, and of the others, in characters.
const WIDTHS: [f64; 2] = [32.0, 14.0];

/// A sheet of a workbook: its name, what stands above, and its tables below each other.
pub struct Leaf<'a> {
    pub name: String,
    pub head: Vec<String>,
    pub tables: &'a [Table],
}

/// Binds the leaves. Counts are numbers, so that people can go on counting; no text becomes a formula.
pub fn bound(page: &Page, leaves: &[Leaf<'_>]) -> Result<Vec<u8>, Fault> {
    let mut book = Workbook::new();
    for leaf in leaves {
        write(page, book.add_worksheet(), leaf).map_err(Fault::of)?;
    }
    book.save_to_buffer().map_err(Fault::of)
}

fn write(page: &Page, sheet: &mut Worksheet, leaf: &Leaf<'_>) -> Result<(), XlsxError> {
    let (bold, end) = (Format::new().set_bold(), Format::new().set_align(FormatAlign::Right));
    sheet.set_name(&leaf.name)?;
    sheet.set_column_width(0, WIDTHS[0])?;
    for column in 1..8 {
        sheet.set_column_width(column, WIDTHS[1])?;
    }
    let mut line = 0;
    for (at, head) in leaf.head.iter().enumerate() {
        if at == 0 {
            sheet.write_string_with_format(line, 0, head, &Format::new().set_bold().set_font_size(14.0))?;
        } else {
            sheet.write_string(line, 0, head)?;
        }
        line += 1;
    }
    for table in leaf.tables {
        line += 1;
        sheet.write_string_with_format(line, 0, &table.title, &bold)?;
        for (column, name) in (1..).zip(&table.columns) {
            sheet.write_string_with_format(line, column, name, &bold)?;
        }
        for Row { name, cells, .. } in &table.rows {
            line += 1;
            sheet.write_string(line, 0, name)?;
            for (column, cell) in (1..).zip(cells) {
                match cell {
                    Cell::Count(count) => sheet.write_number(line, column, exact(*count))?,
                    other => sheet.write_string_with_format(line, column, other.text(page), &end)?,
                };
            }
        }
        line += 1;
    }
    Ok(())
}

/// A count of people, as spreadsheets keep numbers: exact up to 2⁵³.
fn exact(count: i64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
