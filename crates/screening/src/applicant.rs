//! One line of the list that is screened, and how such a list is read from CSV.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The two sides of an event, each with seats of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    Men,
    Women,
}

pub const SIDES: [Side; 2] = [Side::Men, Side::Women];

/// As the plain programs and the limits write it.
impl fmt::Display for Side {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Men => "men",
            Self::Women => "women",
        })
    }
}

/// What the rule looks at, and nothing else. `class` ranks before `points`: 0 guaranteed, 1 ordinary,
/// 2 attended lately, 3 stayed away lately. Whoever is `held` has a seat already and keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Applicant {
    pub number: String,
    pub side: Side,
    pub unit: String,
    /// Age band; empty where the event has none.
    pub band: String,
    pub class: i32,
    pub points: i64,
    pub held: bool,
}

/// A list that cannot be read, with the line of the file (the header is line 1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct BadRow {
    pub line: u64,
    pub what: String,
}

const COLUMNS: [&str; 7] = ["number", "side", "unit", "band", "class", "points", "held"];
const OPTIONAL: &str = "held";

/// Reads `number,side,unit,band,class,points[,held]` in any column order and any row order.
/// Accepts a byte order mark, spaces around values, CRLF, blank lines, and GB18030 as Excel in China writes it.
pub fn read_csv(bytes: &[u8]) -> Result<Vec<Applicant>, BadRow> {
    Ok(read_rows(bytes, &[])?.into_iter().map(|row| row.applicant).collect())
}

/// A row, its line, and what stood in the columns that were allowed beside those of an applicant.
pub(crate) struct Line {
    pub line: u64,
    pub applicant: Applicant,
    pub more: Vec<String>,
}

pub(crate) fn read_rows(bytes: &[u8], more: &[&'static str]) -> Result<Vec<Line>, BadRow> {
    let text = decoded(bytes);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut applicants = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| BadRow {
            line: error.position().map_or(1, |position| line_of(&text, position)),
            what: "is not CSV".to_owned(),
        })?;
        let line = record.position().map_or(1, |position| line_of(&text, position));
        if record.iter().all(str::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Some(Columns::read(&record, more).map_err(|what| BadRow { line, what })?);
            continue;
        };
        let applicant = columns.row(&record).map_err(|what| BadRow { line, what })?;
        if let Some(first) = lines.insert(applicant.number.clone(), line) {
            let what = format!("number: \"{}\" is already on line {first}", applicant.number);
            return Err(BadRow { line, what });
        }
        let more = more.iter().map(|name| columns.value(&record, name).to_owned()).collect();
        applicants.push(Line { line, applicant, more });
    }
    match columns {
        Some(_) => Ok(applicants),
        None => Err(BadRow { line: 1, what: "the header is missing".to_owned() }),
    }
}

/// The reader counts blank lines before a record as part of it; people count to the line they see.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let at = usize::try_from(position.byte()).ok().and_then(|byte| text.get(byte..)).unwrap_or("");
    let blank = at.bytes().take_while(u8::is_ascii_whitespace).filter(|byte| *byte == b'\n').count();
    position.line() + u64::try_from(blank).unwrap_or(0)
}

fn decoded(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // `decode` also honours a UTF-16 byte order mark, which Excel's "Unicode text" writes.
        Err(_) => encoding_rs::GB18030.decode(bytes).0.into_owned(),
    };
    text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)
}

/// Where each column stands, in the order of `COLUMNS`.
struct Columns {
    at: HashMap<&'static str, usize>,
    width: usize,
}

impl Columns {
    fn read(header: &csv::StringRecord, more: &[&'static str]) -> Result<Self, String> {
        let mut at = HashMap::new();
        for (place, name) in header.iter().enumerate() {
            let folded = name.to_ascii_lowercase();
            let Some(known) = COLUMNS.iter().chain(more).find(|column| **column == folded) else {
                return Err(format!("column \"{name}\" is not known"));
            };
            if at.insert(*known, place).is_some() {
                return Err(format!("column \"{name}\" is there twice"));
            }
        }
        match COLUMNS.iter().find(|name| **name != OPTIONAL && !at.contains_key(*name)) {
            Some(name) => Err(format!("column \"{name}\" is missing")),
            None => Ok(Self { at, width: header.len() }),
        }
    }

    fn value<'a>(&self, record: &'a csv::StringRecord, name: &str) -> &'a str {
        self.at.get(name).and_then(|place| record.get(*place)).unwrap_or("")
    }

    fn row(&self, record: &csv::StringRecord) -> Result<Applicant, String> {
        if record.len() != self.width {
            return Err(format!("has {} values where the header has {}", record.len(), self.width));
        }
        let value = |name: &str| self.value(record, name);
        let filled = |name: &str| match value(name) {
            "" => Err(format!("{name}: is empty")),
            given => Ok(given.to_owned()),
        };
        let whole = |name: &str| {
            let given = value(name);
            given.parse::<i64>().map_err(|_| format!("{name}: \"{given}\" is not a whole number"))
        };
        let number = filled("number")?;
        let side = match value("side") {
            "men" => Side::Men,
            "women" => Side::Women,
            given => return Err(format!("side: \"{given}\" is neither men nor women")),
        };
        let unit = filled("unit")?;
        let class = whole("class")?;
        let class = i32::try_from(class).map_err(|_| format!("class: \"{class}\" is too large"))?;
        let points = whole("points")?;
        let held = match value("held") {
            "" | "0" => false,
            "1" => true,
            given => return Err(format!("held: \"{given}\" is neither 0 nor 1")),
        };
        Ok(Applicant { number, side, unit, band: value("band").to_owned(), class, points, held })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read_csv(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn columns_may_come_in_any_order_with_spaces_a_mark_and_windows_lines() {
        let text = "\u{feff} points , number,held, side ,class,band,unit\r\n\r\n 87 , A0001 ,1, women , 1 ,, 燕园 \r\n";
        let read = read_csv(text.as_bytes()).unwrap();
        let expected = Applicant {
            number: "A0001".into(),
            side: Side::Women,
            unit: "燕园".into(),
            band: String::new(),
            class: 1,
            points: 87,
            held: true,
        };
        assert_eq!(read, vec![expected]);
    }

    #[test]
    fn excel_in_china_writes_gb18030() {
        let (bytes, _, _) = encoding_rs::GB18030.encode("number,side,unit,band,class,points\nA1,men,燕园,,1,3\n");
        assert_eq!(read_csv(&bytes).unwrap().first().unwrap().unit, "燕园");
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let head = "number,side,unit,band,class,points,held\n";
        assert_eq!(fault(&format!("{head}A1,men,u,,1,abc,0\n")), "line 2: points: \"abc\" is not a whole number");
        assert_eq!(fault(&format!("{head}\nA1,men,u,,1,1.5,0\n")), "line 3: points: \"1.5\" is not a whole number");
        assert_eq!(fault(&format!("{head}A1,male,u,,1,1,0\n")), "line 2: side: \"male\" is neither men nor women");
        assert_eq!(fault(&format!("{head},men,u,,1,1,0\n")), "line 2: number: is empty");
        assert_eq!(fault(&format!("{head}A1,men,u,,1,1,yes\n")), "line 2: held: \"yes\" is neither 0 nor 1");
        assert_eq!(fault(&format!("{head}A1,men,u,,1\n")), "line 2: has 5 values where the header has 7");
        let twice = format!("{head}A1,men,u,,1,1,0\nA1,women,u,,1,1,0\n");
        assert_eq!(fault(&twice), "line 3: number: \"A1\" is already on line 2");
        assert_eq!(fault("number,side,unit,class,points\n"), "line 1: column \"band\" is missing");
        assert_eq!(fault("number,side,unit,band,class,points,name\n"), "line 1: column \"name\" is not known");
        assert_eq!(fault(""), "line 1: the header is missing");
    }
}
