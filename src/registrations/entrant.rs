//! One row of an imported list of applicants, read and judged on its own.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::accounts::address::MailAddress;
use crate::accounts::age;
use crate::accounts::nickname::is_like_number;
use crate::accounts::profile::Gender;
use crate::folding;
use crate::sheet::{CellFault, Column, ListRow, RowError, Sheet, Unreadable, headings};

pub const COLUMNS: [Column; 9] = [
    column("email", &headings::EMAIL, true),
    column("gender", &["性别", "sex"], true),
    column("unit", &headings::EMPLOYER, true),
    column("real_name", &["姓名", "名字", "真实姓名", "name"], false),
    column("nickname", &["昵称", "网名"], false),
    column("born_on", &["出生日期", "出生年月日", "出生时间", "生日", "date of birth", "birthday", "born"], false),
    column("birth_year", &["出生年份", "出生年", "出生年月", "year of birth"], false),
    column("education", &["学历", "文化程度"], false),
    column(
        "phone",
        &["手机", "手机号", "手机号码", "电话", "电话号码", "移动电话", "联系电话", "联系方式", "mobile"],
        false,
    ),
];

const fn column(field: &'static str, headings: &'static [&'static str], required: bool) -> Column {
    Column { field, headings, required }
}

/// The most characters of `男青年` and the like.
const LONGEST_GENDER: usize = 4;
/// Whose row one is.
const NAMED_BY: [&str; 3] = ["real_name", "nickname", "email"];

/// Somebody an organizer enters.
#[derive(Clone, Debug)]
pub struct Entrant {
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

/// A whole list, and what of the upload is not of it.
#[derive(Debug)]
pub struct Entrants {
    pub rows: Vec<EntrantRow>,
    /// Headings nobody reads.
    pub unused: Vec<String>,
    /// Sheets that are no such list.
    pub unread: Vec<String>,
}

/// A row as far as it could be read by itself, and everything that is wrong with it.
#[derive(Debug)]
pub struct EntrantRow {
    row: ListRow<9>,
    pub address: Option<MailAddress>,
    /// As written.
    pub unit: Option<String>,
    /// Nobody where anything is wrong.
    pub entrant: Option<Entrant>,
    pub errors: Vec<RowError>,
}

impl EntrantRow {
    pub fn note(&mut self, field: &'static str, code: &'static str, message: impl Into<String>) {
        self.errors.push(self.row.error(field, code, message));
    }
}

/// Reads a list, now: who is not surely grown up is a fault of their row.
///
/// # Errors
/// Where no sheet has the columns that are needed, or one has them twice.
pub fn read(sheet: &Sheet, now: DateTime<Utc>) -> Result<Entrants, Unreadable> {
    let list = sheet.list(&COLUMNS, &NAMED_BY)?;
    let mut rows = Vec::with_capacity(list.rows.len());
    let mut seen: HashMap<String, u32> = HashMap::new();
    for row in list.rows {
        let mut row = read_row(row, now);
        if let Some(address) = &row.address {
            match seen.get(address.as_str()) {
                Some(first) => {
                    let message = format!("the address is that of line {first}");
                    row.note("email", "duplicate_in_file", message);
                }
                None => drop(seen.insert(address.as_str().to_owned(), row.row.line)),
            }
        }
        rows.push(row);
    }
    Ok(Entrants { rows, unused: list.unused, unread: list.unread })
}

/// Every fault of the row is noted, not only the first.
fn read_row(row: ListRow<9>, now: DateTime<Utc>) -> EntrantRow {
    let mut reading = Reading { row: &row, errors: Vec::new() };
    let [email, gender, unit, real_name, nickname, born_on, birth_year, education, phone] = row.texts();
    let address = reading
        .required("email", email)
        .and_then(|text| reading.checked("email", "invalid_email", "not a mail address", MailAddress::read(text).ok()));
    let gender = reading
        .required("gender", gender)
        .and_then(|text| reading.checked("gender", "unknown_gender", "男 or 女, male or female", gender_of(text)));
    let unit = reading.required("unit", unit).and_then(|text| reading.line_of("unit", text, 100));
    let real_name = reading.optional("real_name", real_name, 40);
    let nickname = reading.optional("nickname", nickname, 20);
    let nickname = nickname.and_then(|text| {
        let message = "must not look like the number of a badge or an application";
        reading.checked("nickname", "like_a_number", message, Some(text).filter(|text| !is_like_number(text)))
    });
    let (born_on, birth_year) = reading.born(born_on, birth_year, now);
    let education = reading.optional("education", education, 40);
    let phone = reading.optional("phone", phone, 30).map(|phone| folding::plain(&phone));
    let errors = reading.errors;
    let entrant = address.clone().zip(gender).zip(unit.clone()).filter(|_| errors.is_empty());
    let entrant = entrant.map(|((address, gender), unit)| Entrant {
        address,
        gender,
        unit,
        real_name,
        nickname,
        born_on,
        birth_year,
        education,
        phone,
    });
    EntrantRow { row, address, unit, entrant, errors }
}

struct Reading<'r> {
    row: &'r ListRow<9>,
    errors: Vec<RowError>,
}

impl Reading<'_> {
    /// The date of birth, or at least its year: a column for dates may hold no more than that.
    fn born(
        &mut self,
        born_on: Result<&str, CellFault>,
        birth_year: Result<&str, CellFault>,
        now: DateTime<Utc>,
    ) -> (Option<NaiveDate>, Option<i32>) {
        let dated = self.cell("born_on", born_on).filter(|text| !text.is_empty());
        let year = self.cell("birth_year", birth_year).filter(|text| !text.is_empty());
        // A year beside a whole date in the other column is no contradiction; a date that is none is.
        let is_open = dated.is_none_or(|text| year_of(text, now).is_some());
        let born = dated.and_then(age::read).or_else(|| year.filter(|_| is_open).and_then(age::read));
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
        cell.map_err(|fault| self.errors.push(self.row.unread(field, fault))).ok()
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
        self.errors.push(self.row.error(field, code, message));
    }
}

/// As people write it, and by the number of the national standard (GB/T 2261.1).
fn gender_of(text: &str) -> Option<Gender> {
    match folding::letters(text).as_str() {
        "先生" | "m" | "male" | "man" | "men" | "boy" | "mr" | "1" => return Some(Gender::Male),
        "小姐" | "f" | "female" | "woman" | "women" | "girl" | "ms" | "miss" | "mrs" | "2" => {
            return Some(Gender::Female);
        }
        _ => {}
    }
    let says = |signs: [char; 2]| text.contains(signs) && text.chars().count() <= LONGEST_GENDER;
    match (says(['男', '♂']), says(['女', '♀'])) {
        (true, false) => Some(Gender::Male),
        (false, true) => Some(Gender::Female),
        _ => None,
    }
}

/// The year of `1995`, `1995年8月` or `1995-08`, of somebody who is grown up whatever the day. What names a day
/// is meant as a date, and is none where [`age::read`] finds none: its year alone is not what was meant.
fn year_of(text: &str, now: DateTime<Utc>) -> Option<i32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let rest = text.get(digits.len()..)?;
    let ends = rest.chars().next().is_none_or(|next| matches!(next, '-' | '/' | '.' | '年'));
    let mut further = rest.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let is_month = further.next().is_none_or(|month| matches!(month.parse(), Ok(1..=12)));
    let ends = ends && is_month && further.next().is_none();
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

    fn entered(read: &Entrants) -> impl Iterator<Item = &Entrant> {
        read.rows.iter().filter(|row| row.errors.is_empty()).filter_map(|row| row.entrant.as_ref())
    }

    fn faults(read: &Entrants) -> Vec<(u32, &'static str, &'static str)> {
        read.rows.iter().flat_map(|row| &row.errors).map(|error| (error.line, error.field, error.code)).collect()
    }

    #[test]
    fn a_gender_is_read_as_people_write_it() {
        for text in
            ["男", "男士", "男生", "男性", "Ｍ", "male", "♂", "♂\u{fe0f}", "1", "１", "男青年", "先生", "（男）"]
        {
            assert_eq!(gender_of(text), Some(Gender::Male), "{text}");
        }
        for text in ["女", "女士", "女生", "女性", "Ｆ", "Female", "♀", "2", "女嘉宾", "小姐"] {
            assert_eq!(gender_of(text), Some(Gender::Female), "{text}");
        }
        for text in ["", "0", "9", "男女", "男/女", "不详", "男朋友是会员", "x"] {
            assert_eq!(gender_of(text), None, "{text}");
        }
    }

    #[test]
    fn years_are_read_as_people_write_them() {
        for text in ["1995", "1995年", "1995年8月", "1995/8", "1995.8"] {
            assert_eq!(year_of(text, now()), Some(1995), "{text}");
        }
        for text in [
            "95",
            "1995x",
            "199",
            "2020",
            "2008",
            "1900",
            "",
            "八月",
            "19951",
            "34913",
            "1990-02-30",
            "1990年2月30日",
            "1990-13",
            "1990.0",
            "1990-02-03 12:30:00",
        ] {
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
            entered(&read).map(|row| (row.born_on.map(|born| born.to_string()), row.birth_year)).collect();
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
        let faults = faults(&read);
        assert_eq!(faults, [(6, "born_on", "under_age"), (8, "born_on", "bad_date"), (9, "birth_year", "bad_year")]);
    }

    #[test]
    fn every_fault_of_every_row_is_told() {
        let text = "姓名,性别,邮箱,单位,备注\n甲,男,a@b.cn,电力局,x\n乙,?,@,,\n丙,女,A@B.cn,电力局,\n";
        let sheet = Sheet::read(text.as_bytes()).unwrap();
        let read = read(&sheet, now()).unwrap();
        let faults = faults(&read);
        assert_eq!(
            faults,
            [
                (3, "email", "invalid_email"),
                (3, "gender", "unknown_gender"),
                (3, "unit", "required"),
                (4, "email", "duplicate_in_file")
            ]
        );
        assert_eq!((entered(&read).count(), read.unused), (1, vec!["备注".to_owned()]));
    }
}
