//! One row of an imported list of applicants, read and judged on its own.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::accounts::address::MailAddress;
use crate::accounts::age;
use crate::accounts::profile::Gender;
use crate::sheet::upload::RowError;
use crate::sheet::{CellFault, Column, Row, Sheet, Unreadable};

pub const COLUMNS: [Column; 9] = [
    column("email", &["邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址", "mail", "e-mail address"], true),
    column("gender", &["性别", "sex"], true),
    column("unit", &["单位", "工作单位", "单位名称", "所在单位", "employer", "company"], true),
    column("real_name", &["姓名", "名字", "真实姓名", "name"], false),
    column("nickname", &["昵称", "网名"], false),
    column("born_on", &["出生日期", "出生年月日", "生日", "date of birth", "birthday", "born"], false),
    column("birth_year", &["出生年份", "出生年", "出生年月", "year of birth"], false),
    column("education", &["学历", "文化程度"], false),
    column("phone", &["手机", "手机号", "手机号码", "电话", "联系电话", "mobile"], false),
];

const fn column(field: &'static str, headings: &'static [&'static str], required: bool) -> Column {
    Column { field, headings, required }
}

/// Somebody an organizer enters.
#[derive(Clone, Debug)]
pub struct Entrant {
    pub line: u32,
    pub address: MailAddress,
    pub gender: Gender,
    /// As written; which unit that is, the database knows.
    pub unit: String,
    pub real_name: Option<String>,
    pub nickname: Option<String>,
    pub born_on: Option<NaiveDate>,
    /// That of the date; or all the list says.
    pub birth_year: Option<i32>,
    pub education: Option<String>,
    pub phone: Option<String>,
}

/// A whole list: who can be entered as far as the list itself tells, what is wrong with the others, and the headings
/// nobody reads.
#[derive(Debug)]
pub struct Entrants {
    pub rows: Vec<Entrant>,
    pub errors: Vec<RowError>,
    pub unused: Vec<String>,
}

/// Reads a list, now: who is not surely grown up is a fault of their row.
///
/// # Errors
/// Where the header lacks a column that is needed or names one twice.
pub fn read(sheet: &Sheet, now: DateTime<Utc>) -> Result<Entrants, Unreadable> {
    let found = sheet.find(&COLUMNS)?;
    let mut entrants = Entrants { rows: Vec::new(), errors: Vec::new(), unused: found.unused.clone() };
    let mut seen: HashMap<String, u32> = HashMap::new();
    for row in sheet.rows() {
        let mut reading = Reading { line: row.line, errors: Vec::new() };
        let entrant = reading.entrant(row, row.texts(&found), now);
        entrants.errors.append(&mut reading.errors);
        let Some(entrant) = entrant else { continue };
        match seen.get(entrant.address.as_str()) {
            Some(first) => {
                let message = format!("the address is that of line {first}");
                entrants.errors.push(RowError { line: row.line, field: "email", code: "duplicate_in_file", message });
            }
            None => {
                seen.insert(entrant.address.as_str().to_owned(), row.line);
                entrants.rows.push(entrant);
            }
        }
    }
    Ok(entrants)
}

struct Reading {
    line: u32,
    errors: Vec<RowError>,
}

impl Reading {
    /// Every fault of the row is noted, not only the first.
    fn entrant(&mut self, row: &Row, cells: [Result<&str, CellFault>; 9], now: DateTime<Utc>) -> Option<Entrant> {
        let [email, gender, unit, real_name, nickname, born_on, birth_year, education, phone] = cells;
        let address = self.required("email", email).and_then(|text| {
            self.checked("email", "invalid_email", "not a mail address", MailAddress::read(text).ok())
        });
        let gender = self
            .required("gender", gender)
            .and_then(|text| self.checked("gender", "unknown_gender", "男 or 女, male or female", gender_of(text)));
        let unit = self.required("unit", unit).and_then(|text| self.line_of("unit", text, 100));
        let real_name = self.optional("real_name", real_name, 40);
        let nickname = self.optional("nickname", nickname, 20);
        let (born_on, birth_year) = self.born(born_on, birth_year, now);
        let education = self.optional("education", education, 40);
        let phone = self.optional("phone", phone, 30);
        if !self.errors.is_empty() {
            return None;
        }
        let (address, gender, unit) = (address?, gender?, unit?);
        Some(Entrant {
            line: row.line,
            address,
            gender,
            unit,
            real_name,
            nickname,
            born_on,
            birth_year,
            education,
            phone,
        })
    }

    /// The date of birth, or at least its year: a column for dates may hold no more than that.
    fn born(
        &mut self,
        born_on: Result<&str, CellFault>,
        birth_year: Result<&str, CellFault>,
        now: DateTime<Utc>,
    ) -> (Option<NaiveDate>, Option<i32>) {
        let dated = self.cell("born_on", born_on).filter(|text| !text.is_empty());
        let year = self.cell("birth_year", birth_year).filter(|text| !text.is_empty());
        let born = dated.and_then(age::read).or_else(|| year.and_then(age::read));
        if let Some(born) = born {
            if let Some(wrong) = age::wrong("born_on", born, now) {
                let code = if wrong.code == "under_age" { "under_age" } else { "bad_date" };
                self.note("born_on", code, wrong.message);
                return (None, None);
            }
            return (Some(born), Some(born.year()));
        }
        let (field, code) = if dated.is_some() { ("born_on", "bad_date") } else { ("birth_year", "bad_year") };
        let message = "a date such as 1995-08-02, or a year, of somebody surely grown up";
        let year = dated.or(year).and_then(|text| self.checked(field, code, message, year_of(text, now)));
        (None, year)
    }

    fn cell<'a>(&mut self, field: &'static str, cell: Result<&'a str, CellFault>) -> Option<&'a str> {
        cell.map_err(|fault| self.note(field, fault.code(), fault.to_string())).ok()
    }

    fn required<'a>(&mut self, field: &'static str, cell: Result<&'a str, CellFault>) -> Option<&'a str> {
        let text = self.cell(field, cell)?;
        if text.is_empty() {
            self.note(field, "required", "must not be empty".to_owned());
            return None;
        }
        Some(text)
    }

    fn optional(&mut self, field: &'static str, cell: Result<&str, CellFault>, most: usize) -> Option<String> {
        let text = self.cell(field, cell).filter(|text| !text.is_empty())?;
        self.line_of(field, text, most)
    }

    /// One line; emoji and rare characters are kept.
    fn line_of(&mut self, field: &'static str, text: &str, most: usize) -> Option<String> {
        if text.chars().any(char::is_control) {
            self.note(field, "control_characters", "must be one line without control characters".to_owned());
        } else if text.chars().count() > most {
            self.note(field, "too_long", format!("at most {most} characters"));
        } else {
            return Some(text.to_owned());
        }
        None
    }

    fn checked<T>(&mut self, field: &'static str, code: &'static str, message: &str, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.note(field, code, message.to_owned());
        }
        read
    }

    fn note(&mut self, field: &'static str, code: &'static str, message: String) {
        self.errors.push(RowError { line: self.line, field, code, message });
    }
}

fn gender_of(text: &str) -> Option<Gender> {
    match text.to_lowercase().as_str() {
        "男" | "男性" | "男方" | "先生" | "m" | "male" | "man" | "men" => Some(Gender::Male),
        "女" | "女性" | "女方" | "女士" | "f" | "female" | "woman" | "women" => Some(Gender::Female),
        _ => None,
    }
}

/// The year of `1995`, `1995年8月` or `1995-08`, of somebody who is grown up whatever the day.
fn year_of(text: &str, now: DateTime<Utc>) -> Option<i32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let rest = text.get(digits.len()..)?.chars().next();
    let ends = rest.is_none_or(|next| matches!(next, '-' | '/' | '.' | '年'));
    let year: i32 = digits.parse().ok()?;
    let day = age::today(now);
    (ends && day.year() - year <= age::OLDEST && age::surely_grown_up(year, day)).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-08-22T13:00:00Z".parse().unwrap()
    }

    #[test]
    fn years_are_read_as_people_write_them() {
        for text in ["1995", "1995年", "1995年8月", "1995/8", "1995.8"] {
            assert_eq!(year_of(text, now()), Some(1995), "{text}");
        }
        for text in ["95", "1995x", "199", "2020", "2008", "1900", "", "八月", "19951", "34913"] {
            assert_eq!(year_of(text, now()), None, "{text}");
        }
    }

    #[test]
    fn a_date_of_birth_is_read_from_either_column_and_judged_to_the_day() {
        let text = "邮箱,性别,单位,出生日期,出生年份\na@b.cn,男,甲,1995-08-02,\nb@b.cn,男,甲,1996,\n\
            c@b.cn,男,甲,,1997年3月4日\nd@b.cn,男,甲,,1998\ne@b.cn,男,甲,2008-08-23,\nf@b.cn,男,甲,2008-08-22,\n\
            g@b.cn,男,甲,2008,\nh@b.cn,男,甲,,二〇〇一\n";
        let read = read(&Sheet::read(text.as_bytes()).unwrap(), now()).unwrap();
        let born: Vec<_> =
            read.rows.iter().map(|row| (row.born_on.map(|born| born.to_string()), row.birth_year)).collect();
        let dated = |date: &str, year| (Some(date.to_owned()), Some(year));
        assert_eq!(
            born,
            [
                dated("1995-08-02", 1995),
                (None, Some(1996)),
                dated("1997-03-04", 1997),
                (None, Some(1998)),
                dated("2008-08-22", 2008)
            ]
        );
        let faults: Vec<_> = read.errors.iter().map(|error| (error.line, error.field, error.code)).collect();
        assert_eq!(faults, [(6, "born_on", "under_age"), (8, "born_on", "bad_date"), (9, "birth_year", "bad_year")]);
    }

    #[test]
    fn every_fault_of_every_row_is_told() {
        let text = "姓名,性别,邮箱,单位,备注\n甲,男,a@b.cn,电力局,x\n乙,?,@,,\n丙,女,A@B.cn,电力局,\n";
        let sheet = Sheet::read(text.as_bytes()).unwrap();
        let read = read(&sheet, now()).unwrap();
        let faults: Vec<_> = read.errors.iter().map(|error| (error.line, error.field, error.code)).collect();
        assert_eq!(
            faults,
            [
                (3, "email", "invalid_email"),
                (3, "gender", "unknown_gender"),
                (3, "unit", "required"),
                (4, "email", "duplicate_in_file")
            ]
        );
        assert_eq!((read.rows.len(), read.unused), (1, vec!["备注".to_owned()]));
    }
}
