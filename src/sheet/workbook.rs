//! Tables as workbooks: the first visible sheet that holds anything, cell by cell.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::parcel::{NOT_CALCULATED, repack};
use super::{CellFault, MOST_COLUMNS, MOST_ROWS, Row, Unreadable, cell};

/// A text may be shared by a million cells; this bounds what they come to once each has its own copy.
const MOST_TEXT: usize = 32 * 1024 * 1024;

type Cells = BTreeMap<u32, BTreeMap<u32, Result<String, CellFault>>>;

pub fn rows(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    let parcel = repack(bytes)?;
    // The library has met workbooks it did not expect with a panic before; for us that is a damaged file.
    catch_unwind(AssertUnwindSafe(|| read(parcel))).unwrap_or(Err(Unreadable::Damaged))
}

fn read<R: Read + Seek>(parcel: R) -> Result<Vec<Row>, Unreadable> {
    let mut workbook: Xlsx<R> = Xlsx::new(parcel).map_err(|_| Unreadable::Damaged)?;
    let sheets = workbook.sheets_metadata().iter();
    let visible = sheets.filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    for name in names {
        let cells = cells(&mut workbook, &name)?;
        if !cells.is_empty() {
            return Ok(cells.into_iter().map(row).collect());
        }
    }
    Ok(Vec::new())
}

/// Reads cell by cell, because the library's own table is dense: two cells at the corners of a sheet would make it
/// ask for 17 billion.
fn cells<R: Read + Seek>(workbook: &mut Xlsx<R>, name: &str) -> Result<Cells, Unreadable> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|_| Unreadable::Damaged)?;
    let mut cells = Cells::new();
    let mut text = 0;
    while let Some(found) = reader.next_cell().map_err(|_| Unreadable::Damaged)? {
        let (row, column) = found.get_position();
        let value = value(found.get_value());
        let length = value.as_ref().map_or(1, String::len);
        if length == 0 {
            continue;
        }
        let line = row.saturating_add(1);
        if column as usize >= MOST_COLUMNS {
            return Err(Unreadable::TooManyColumns { line });
        }
        text += length;
        if text > MOST_TEXT {
            return Err(Unreadable::Bomb);
        }
        cells.entry(row).or_default().insert(column, value);
        if cells.len() > MOST_ROWS + 1 {
            return Err(Unreadable::TooManyRows { line });
        }
    }
    Ok(cells)
}

fn row((index, cells): (u32, BTreeMap<u32, Result<String, CellFault>>)) -> Row {
    let width = cells.last_key_value().map_or(0, |(last, _)| last + 1);
    let mut cells = cells;
    let cells = (0..width).map(|at| cells.remove(&at).unwrap_or_else(|| Ok(String::new()))).collect();
    Row { line: index.saturating_add(1), cells }
}

/// A cell as the person who typed it would say it: `13800138000`, not `1.38e10`; `1995-08-02`, not `34913`.
fn value(data: &DataRef<'_>) -> Result<String, CellFault> {
    match data {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) if text == NOT_CALCULATED => Err(CellFault::FormulaWithoutValue),
        DataRef::String(text) => cell(text),
        DataRef::SharedString(text) => cell(text),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Float(number) => Ok(plain(*number)),
        DataRef::Bool(truth) => Ok(truth.to_string()),
        DataRef::DateTime(date) => Ok(day(date)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cell(text),
        DataRef::Error(_) => Err(CellFault::SpreadsheetError),
    }
}

/// Fifteen digits are what a spreadsheet keeps and shows; the binary noise behind them (0.30000000000000004) is not.
fn plain(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

fn day(date: &ExcelDateTime) -> String {
    // Days since 1900 as far as the year 9999; outside of that it is a number somebody formatted as a date.
    if !(0.0..2_958_466.0).contains(&date.as_f64()) {
        return plain(date.as_f64());
    }
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let clock = NaiveTime::from_hms_opt(hour.into(), minute.into(), second.into());
    let day = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
    // 1900-02-29 is a day to Excel and to nobody else.
    let (Some(day), Some(clock)) = (day, clock) else {
        return plain(date.as_f64());
    };
    // Halves of a minute do not fit a binary fraction of a day: 14:30 is stored as 14:29:59.999.
    let moment = day.and_time(clock) + TimeDelta::seconds(i64::from(milli >= 500));
    if date.as_f64() < 1.0 || date.is_duration() {
        moment.format("%H:%M:%S").to_string()
    } else if moment.time() == NaiveTime::MIN {
        moment.format("%Y-%m-%d").to_string()
    } else {
        moment.format("%Y-%m-%dT%H:%M:%S").to_string()
    }
}
