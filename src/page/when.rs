//! Dates as people say them, in the zone of the event.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

use super::fluent;
use crate::language::Language;

const DAYS_ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// `8月22日 周六 14:00`, `Sat 22 Aug, 14:00`; with the year where it is not the present one.
#[must_use]
pub fn moment(language: Language, zone: Tz, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    format!("{}{}", day(language, zone, at, now), local.format(language.choose(" %H:%M", ", %H:%M")))
}

/// `8月22日 周六`, `Sat 22 Aug`.
#[must_use]
pub fn day(language: Language, zone: Tz, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    let this_year = local.year() == now.with_timezone(&zone).year();
    match language {
        Language::Zh => {
            let weekday = DAYS_ZH.get(local.weekday().num_days_from_monday() as usize).unwrap_or(&"");
            let year = if this_year { String::new() } else { format!("{}年", local.year()) };
            format!("{year}{}月{}日 周{weekday}", local.month(), local.day())
        }
        Language::En => local.format(if this_year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string(),
    }
}

/// `14:00`
#[must_use]
pub fn clock(zone: Tz, at: DateTime<Utc>) -> String {
    at.with_timezone(&zone).format("%H:%M").to_string()
}

/// By which clock times are told, as people call it.
#[must_use]
pub fn zone(language: Language, zone: Tz) -> String {
    match zone {
        Tz::Asia__Shanghai => fluent::say(language, "zone-beijing", &[]),
        other => fluent::say(language, "zone-other", &[("zone", other.name().into())]),
    }
}

/// From one moment to another; the day is said once where both are on it.
#[must_use]
pub fn stretch(language: Language, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let begin = moment(language, zone, from, now);
    if from.with_timezone(&zone).date_naive() == to.with_timezone(&zone).date_naive() {
        format!("{begin}–{}", clock(zone, to))
    } else {
        format!("{begin} – {}", moment(language, zone, to, now))
    }
}

/// How long it is until then, in the two largest units that say something: `3 天 4 小时`.
#[must_use]
pub fn left(language: Language, span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours() % 24, span.num_minutes() % 60);
    let unit = |count: i64, zh: &str, en: &str| match language {
        Language::Zh => format!("{count} {zh}"),
        Language::En => format!("{count} {en}{}", if count == 1 { "" } else { "s" }),
    };
    let day = (days > 0).then(|| unit(days, "天", "day"));
    let hour = (hours > 0 && days < 10).then(|| unit(hours, "小时", "hour"));
    let minute = (days == 0 && minutes > 0).then(|| unit(minutes, "分钟", "minute"));
    let said: Vec<String> = [day, hour, minute].into_iter().flatten().take(2).collect();
    if said.is_empty() { language.choose("不到 1 分钟", "less than a minute").to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_moment_is_said_in_the_zone_of_the_event() {
        let (at, now) = (utc("2026-08-22T06:00:00Z"), utc("2026-08-01T00:00:00Z"));
        assert_eq!(moment(Language::Zh, Shanghai, at, now), "8月22日 周六 14:00");
        assert_eq!(moment(Language::En, Shanghai, at, now), "Sat 22 Aug, 14:00");
        assert_eq!(moment(Language::Zh, Shanghai, at, utc("2025-12-31T15:59:00Z")), "2026年8月22日 周六 14:00");
        // Midnight in Shanghai is the new year there.
        assert_eq!(day(Language::Zh, Shanghai, at, utc("2025-12-31T16:00:00Z")), "8月22日 周六");
    }

    #[test]
    fn a_stretch_says_its_day_once() {
        let (from, now) = (utc("2026-08-22T06:00:00Z"), utc("2026-08-01T00:00:00Z"));
        let within = stretch(Language::Zh, Shanghai, from, utc("2026-08-22T10:30:00Z"), now);
        assert_eq!(within, "8月22日 周六 14:00–18:30");
        let across = stretch(Language::En, Shanghai, from, utc("2026-08-23T06:00:00Z"), now);
        assert_eq!(across, "Sat 22 Aug, 14:00 – Sun 23 Aug, 14:00");
    }

    #[test]
    fn what_is_left_is_said_in_two_units() {
        let left_zh = |minutes| left(Language::Zh, TimeDelta::minutes(minutes));
        assert_eq!(left_zh(0), "不到 1 分钟");
        assert_eq!(left_zh(61), "1 小时 1 分钟");
        assert_eq!(left_zh(3 * 1440 + 250), "3 天 4 小时");
        assert_eq!(left_zh(12 * 1440 + 250), "12 天");
        assert_eq!(left(Language::En, TimeDelta::minutes(1440 + 60)), "1 day 1 hour");
    }
}
