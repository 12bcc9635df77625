//! Tables as workbooks: the visible sheets that hold anything, cell by cell.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::parcel::{NOT_CALCULATED, Parcel, repack};
use super::{Cell, CellFault, MOST_COLUMNS, MOST_OTHER_ROWS, MOST_ROWS, Row, Table, Unreadable, cell};

/// A text may be shared by a million cells; this bounds what they come to once each has its own copy.
const MOST_TEXT: usize = 32 * 1024 * 1024;
/// Cells that merged ones may lie over.
const MOST_COVERED: usize = 2_000_000;

/// The cells of a row by their column, and a bit for each that a merged one lies over.
#[derive(Default)]
struct Line {
    cells: BTreeMap<u32, Cell>,
    covered: u64,
}

type Lines = BTreeMap<u32, Line>;

/// What one upload may still come to.
struct Budget {
    rows: usize,
    text: usize,
    covered: usize,
}

pub fn tables(bytes: &[u8]) -> Result<Vec<Table>, Unreadable> {
    let parcel = repack(bytes)?;
    // The library has met workbooks it did not expect with a panic before; for us that is a damaged file.
    catch_unwind(AssertUnwindSafe(|| read(parcel))).unwrap_or(Err(Unreadable::Damaged))
}

fn read(parcel: Parcel) -> Result<Vec<Table>, Unreadable> {
    let mut workbook = Xlsx::new(parcel.book).map_err(|_| Unreadable::Damaged)?;
    let sheets = workbook.sheets_metadata().iter();
    let visible = sheets.filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    // A sheet is found by its name, and the first of two would be read twice.
    if names.iter().collect::<HashSet<_>>().len() < names.len() {
        return Err(Unreadable::Damaged);
    }
    let mut budget = Budget { rows: MOST_ROWS + MOST_OTHER_ROWS, text: MOST_TEXT, covered: MOST_COVERED };
    let mut tables = Vec::new();
    for name in names {
        let mut lines = lines(&mut workbook, &name, &mut budget)?;
        if parcel.merges && !lines.is_empty() {
            let merged = workbook.merge_cells_by_sheet_name(&name).map_err(|_| Unreadable::Damaged)?;
            merged.iter().try_for_each(|merged| spread(&mut lines, merged, &mut budget))?;
        }
        if !lines.is_empty() {
            tables.push(Table { name: Some(Arc::from(name)), rows: lines.into_iter().map(row).collect() });
        }
    }
    Ok(tables)
}

/// Reads cell by cell, because the library's own table is dense: two cells at the corners of a sheet would make it
/// ask for 17 billion.
fn lines<R: Read + Seek>(workbook: &mut Xlsx<R>, name: &str, budget: &mut Budget) -> Result<Lines, Unreadable> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|_| Unreadable::Damaged)?;
    let mut lines = Lines::new();
    while let Some((found, style)) = reader.next_cell_with_style_id().map_err(|_| Unreadable::Damaged)? {
        let (row, column) = found.get_position();
        let format = reader.styles().get(style).and_then(|style| style.number_format.as_ref());
        let is_month = format.is_some_and(|format| shows_no_day(&format.format_code, format.format_id));
        let value = value(found.get_value(), is_month);
        let length = value.as_ref().map_or(1, String::len);
        if length == 0 {
            continue;
        }
        let line = row.saturating_add(1);
        if column as usize >= MOST_COLUMNS {
            return Err(Unreadable::TooManyColumns { line });
        }
        budget.text = budget.text.checked_sub(length).ok_or(Unreadable::Bomb)?;
        if !lines.contains_key(&row) {
            budget.rows = budget.rows.checked_sub(1).ok_or(Unreadable::TooManyRows { line })?;
        }
        lines.entry(row).or_default().cells.insert(column, value);
    }
    Ok(lines)
}

/// A merged cell counts for all it covers, in rows that hold anything besides.
fn spread(lines: &mut Lines, merged: &Dimensions, budget: &mut Budget) -> Result<(), Unreadable> {
    let ((top, left), (bottom, right)) = (merged.start, merged.end);
    let Some(value) = lines.get(&top).and_then(|line| line.cells.get(&left)).cloned() else { return Ok(()) };
    let length = value.as_ref().map_or(1, String::len);
    let right = right.min(MOST_COLUMNS as u32 - 1);
    if top > bottom || left > right {
        return Ok(());
    }
    for (at, line) in lines.range_mut(top..=bottom) {
        for column in (left..=right).filter(|column| (*at, *column) != (top, left)) {
            budget.covered = budget.covered.checked_sub(1).ok_or(Unreadable::Bomb)?;
            if let Entry::Vacant(under) = line.cells.entry(column) {
                budget.text = budget.text.checked_sub(length).ok_or(Unreadable::Bomb)?;
                under.insert(value.clone());
                line.covered |= 1_u64 << column;
            }
        }
    }
    Ok(())
}

fn row((index, line): (u32, Line)) -> Row {
    let Line { mut cells, covered } = line;
    let width = cells.last_key_value().map_or(0, |(last, _)| last + 1);
    let cells = (0..width).map(|at| cells.remove(&at).unwrap_or_else(|| Ok(String::new()))).collect();
    Row { line: index.saturating_add(1), cells, covered }
}

/// A cell as the person who typed it would say it: `13800138000`, not `1.38e10`; `1995-08-02`, not `34913`.
fn value(data: &DataRef<'_>, is_month: bool) -> Cell {
    match data {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) if text == NOT_CALCULATED => Err(CellFault::FormulaWithoutValue),
        DataRef::String(text) => cell(text),
        DataRef::SharedString(text) => cell(text),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Float(number) => Ok(plain(*number)),
        DataRef::Bool(truth) => Ok(truth.to_string()),
        // The first is the day a spreadsheet has to keep where somebody typed a month.
        DataRef::DateTime(date) if is_month => {
            let day = day(date);
            Ok(day.strip_suffix("-01").map_or_else(|| day.clone(), str::to_owned))
        }
        DataRef::DateTime(date) => Ok(day(date)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => cell(text),
        DataRef::Error(_) => Err(CellFault::SpreadsheetError),
    }
}

/// Whether a format shows of a date its year and its month alone. East Asian ones of the spreadsheet's own have only a
/// number.
fn shows_no_day(code: &str, id: Option<u32>) -> bool {
    if code == "General" {
        return matches!(id, Some(27 | 36 | 50 | 52 | 57));
    }
    let (mut quoted, mut bracketed) = (false, false);
    let is_sign = |c: &char| {
        quoted ^= *c == '"';
        bracketed = (bracketed || *c == '[') && *c != ']';
        !quoted && !bracketed
    };
    let signs: String = code.chars().filter(is_sign).collect::<String>().to_lowercase();
    signs.contains('y') && signs.contains('m') && !signs.contains('d')
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
