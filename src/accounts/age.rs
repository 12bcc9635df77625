//! How old somebody is. The date of birth says it; of whoever has told only the year (an old profile, a
//! list) it is never guessed in their favour: grown up is who is 18 whatever their day.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

use super::profile;
use crate::error::{Fault, FieldError};
use crate::folding;
use crate::secrets::Secrets;

/// The Civil Code's age of majority.
pub const ADULT: i32 = 18;
/// Nobody older has come to a mixer yet.
pub const OLDEST: i32 = 100;

/// Full years from a birthday to another day; whoever is born on a 29 February is a year older on
/// 1 March where there is none.
#[must_use]
pub fn years(born: NaiveDate, day: NaiveDate) -> i32 {
    let before = (day.month(), day.day()) < (born.month(), born.day());
    day.year() - born.year() - i32::from(before)
}

/// The day it is for judging whether somebody has come of age: the last place on earth must have
/// reached it.
#[must_use]
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    (now - TimeDelta::hours(12)).date_naive()
}

/// What is wrong with a date of birth, told of this field.
#[must_use]
pub fn wrong(field: &'static str, born: NaiveDate, now: DateTime<Utc>) -> Option<FieldError> {
    let age = years(born, today(now));
    if born > now.date_naive() || age > OLDEST {
        return Some(FieldError::new(field, "out_of_range", "no living person's date of birth"));
    }
    (age < ADULT).then(|| FieldError::new(field, "under_age", "only grown-ups take part, from 18 years on"))
}

/// A date as people write it: `1996-08-22`, `1996/8/2`, `1996.8.2`, `1996年8月2日`, `19960822`.
#[must_use]
pub fn read(text: &str) -> Option<NaiveDate> {
    let text = folding::plain(text);
    let text = text.as_str();
    // A spreadsheet's date may carry its midnight.
    let text = text.strip_suffix(" 00:00:00").or_else(|| text.strip_suffix("T00:00:00")).unwrap_or(text);
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        vec![text.get(..4)?, text.get(4..6)?, text.get(6..)?]
    } else {
        text.trim_end_matches(['日', '号']).split(['-', '/', '.', '年', '月']).map(str::trim).collect()
    };
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |part: &str, most: usize| {
        let digits = !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = if year.len() == 4 { i32::try_from(number(year, 4)?).ok()? } else { return None };
    NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
}

impl profile::Model {
    /// How old the person is on a day, as far as known; by the year alone as old as they may become in
    /// that year, which is how age bands count.
    ///
    /// # Errors
    /// A fault where the date was sealed by another house; so the next one.
    pub fn age_on(&self, secrets: &Secrets, day: NaiveDate) -> Result<Option<i32>, Fault> {
        Ok(match (self.born_on(secrets)?, self.birth_year) {
            (Some(born), _) => Some(years(born, day)),
            (None, year) => year.map(|year| day.year() - year),
        })
    }

    /// Whether the person is grown up on a day; None where nothing was said, or only a year that does
    /// not say it for certain.
    ///
    /// # Errors
    /// As above.
    pub fn is_grown_up(&self, secrets: &Secrets, day: NaiveDate) -> Result<Option<bool>, Fault> {
        Ok(match (self.born_on(secrets)?, self.birth_year) {
            (Some(born), _) => Some(years(born, day) >= ADULT),
            (None, Some(year)) if surely_grown_up(year, day) => Some(true),
            (None, Some(year)) if day.year() - year < ADULT => Some(false),
            _ => None,
        })
    }
}

/// Whether whoever was born in this year is grown up on a day, whatever their birthday.
#[must_use]
pub fn surely_grown_up(year: i32, day: NaiveDate) -> bool {
    NaiveDate::from_ymd_opt(year, 12, 31).is_some_and(|latest| years(latest, day) >= ADULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_full_on_the_birthday() {
        assert_eq!(years(day("2008-11-29"), day("2026-11-28")), 17);
        assert_eq!(years(day("2008-11-29"), day("2026-11-29")), 18);
        assert_eq!(years(day("2008-02-29"), day("2026-02-28")), 17);
        assert_eq!(years(day("2008-02-29"), day("2026-03-01")), 18);
    }

    #[test]
    fn a_year_alone_is_never_judged_in_favour() {
        for (year, on, grown_up) in [
            (2007, "2026-11-29", true),
            (2008, "2026-11-29", false),
            (2008, "2026-12-30", false),
            (2008, "2026-12-31", true),
        ] {
            assert_eq!(surely_grown_up(year, day(on)), grown_up, "{year} {on}");
        }
    }

    #[test]
    fn nobody_comes_of_age_before_the_day_has_begun_everywhere() {
        let now: DateTime<Utc> = "2026-11-29T11:59:00Z".parse().unwrap();
        assert_eq!(wrong("born_on", day("2008-11-29"), now).unwrap().code, "under_age");
        assert!(wrong("born_on", day("2008-11-29"), now + TimeDelta::minutes(1)).is_none());
        assert_eq!(wrong("born_on", day("1925-11-01"), now).unwrap().code, "out_of_range");
        assert_eq!(wrong("born_on", day("2027-01-01"), now).unwrap().code, "out_of_range");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in [
            "1995-08-02",
            "1995/8/2",
            "1995.8.2",
            "1995年8月2日",
            "１９９５年８月２日",
            "19950802",
            " 1995-8-2 00:00:00",
        ] {
            assert_eq!(read(text), Some(day("1995-08-02")), "{text}");
        }
        for text in
            ["1995", "1995-08", "1995年8月", "95-08-02", "1995-13-02", "1995-02-30", "2/8/1995", "34913", "", "八月"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
