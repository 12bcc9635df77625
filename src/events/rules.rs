//! What slugs, time zones and numbers of seats must be like.

use chrono_tz::Tz;

use super::event::MOST_SEATS;
use crate::body::slug_rule;

/// # Errors
/// The rule that is broken.
pub fn slug_rule_or_none(wish: &Option<String>, context: &()) -> garde::Result {
    wish.as_deref().map_or(Ok(()), |wish| slug_rule(wish, context))
}

/// # Errors
/// The rule that is broken.
pub fn timezone_rule(name: &str, (): &()) -> garde::Result {
    let known = name.parse::<Tz>().is_ok();
    if known { Ok(()) } else { Err(garde::Error::new("unknown_timezone|an IANA name such as Asia/Shanghai")) }
}

/// # Errors
/// The rule that is broken.
pub fn timezone_rule_or_none(name: &Option<String>, context: &()) -> garde::Result {
    name.as_deref().map_or(Ok(()), |name| timezone_rule(name, context))
}

/// # Errors
/// The rule that is broken.
pub fn seats_rule(seats: &Option<i32>, (): &()) -> garde::Result {
    let fits = seats.is_none_or(|seats| (1..=MOST_SEATS).contains(&seats));
    if fits { Ok(()) } else { Err(garde::Error::new("out_of_range|1 to 20000")) }
}
