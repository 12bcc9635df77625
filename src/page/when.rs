//! Dates as people say them, in the zone of the event.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use fluent_templates::fluent_bundle::FluentValue;

use super::fluent;
use crate::language::Language;

/// `8月22日 周六 14:00`, `Sat 22 Aug, 14:00`; with the year where it is not the present one.
#[must_use]
pub fn moment(language: Language, zone: Tz, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    with_clock(language, zone, at, day(language, zone, at, now))
}

/// As [`moment`], with the names in full, for a letter: `8月22日 周六 14:00`, `Saturday, 22 August, 14:00`.
#[must_use]
pub fn moment_in_full(language: Language, zone: Tz, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    with_clock(language, zone, at, dated(zone, at, now, |key, gaps| fluent::say_in(language, key, "full", gaps)))
}

/// `8月22日 周六`, `Sat 22 Aug`.
#[must_use]
pub fn day(language: Language, zone: Tz, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    dated(zone, at, now, |key, gaps| fluent::say(language, key, gaps))
}

/// The day, by the names and the order that `say` has for them.
fn dated(
    zone: Tz,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
    say: impl Fn(&str, &[(&'static str, FluentValue<'_>)]) -> String,
) -> String {
    let local = at.with_timezone(&zone);
    let name = |key: &str, place: u32| {
        let names = say(key, &[]);
        names.split_whitespace().nth(place as usize).unwrap_or_default().to_owned()
    };
    let year = local.year();
    let key = if year == now.with_timezone(&zone).year() { "when-day" } else { "when-day-of-year" };
    let gaps = [
        // A year is no amount: it takes no separators.
        ("year", year.to_string().into()),
        ("month", name("months", local.month0()).into()),
        ("day", local.day().into()),
        ("weekday", name("weekdays", local.weekday().num_days_from_monday()).into()),
    ];
    say(key, &gaps)
}

fn with_clock(language: Language, zone: Tz, at: DateTime<Utc>, day: String) -> String {
    fluent::say(language, "when-moment", &[("day", day.into()), ("clock", clock(zone, at).into())])
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
    let unit = |count: i64, key: &str| fluent::say(language, key, &[("count", count.into())]);
    let day = (days > 0).then(|| unit(days, "left-days"));
    let hour = (hours > 0 && days < 10).then(|| unit(hours, "left-hours"));
    let minute = (days == 0 && minutes > 0).then(|| unit(minutes, "left-minutes"));
    let parts: Vec<String> = [day, hour, minute].into_iter().flatten().take(2).collect();
    if parts.is_empty() { fluent::say(language, "left-no-minute", &[]) } else { parts.join(" ") }
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
        assert_eq!(moment_in_full(Language::Zh, Shanghai, at, now), "8月22日 周六 14:00");
        assert_eq!(moment_in_full(Language::En, Shanghai, at, now), "Saturday, 22 August, 14:00");
        let last_year = utc("2025-12-31T15:59:00Z");
        assert_eq!(moment(Language::En, Shanghai, at, last_year), "Sat 22 Aug 2026, 14:00");
        assert_eq!(moment_in_full(Language::En, Shanghai, at, last_year), "Saturday, 22 August 2026, 14:00");
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
