//! Age bands (年龄段): where an event keeps seats for some of them, everybody is entered under the one that takes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::registration::Side;
use crate::error::Fault;
use crate::events::event;

/// Seats for an age band of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BandBounds)]
#[serde(deny_unknown_fields)]
pub struct AgeBand {
    /// `men` or `women`.
    pub side: String,
    /// As in the applicants' `band`, such as `35+`.
    pub name: String,
    pub min: i32,
    pub max: i32,
}

/// The bands of an event; none where it says nothing.
///
/// # Errors
/// Where what it says does not read.
pub fn of(event: &event::Model) -> Result<Vec<AgeBand>, Fault> {
    Ok(event.part("screening.band")?.unwrap_or_default())
}

/// The first band of this side that takes somebody of this age.
#[must_use]
pub fn taking(bands: &[AgeBand], side: Side, age: i32) -> Option<&str> {
    let bands = bands.iter().filter(|band| band.side == side.word());
    bands.map(|band| band.name.as_str()).find(|name| takes(name, age))
}

/// Whether a band called `35+`, `-29` or `30-34` takes somebody of this age (in full years, of the event's year).
fn takes(name: &str, age: i32) -> bool {
    let name = name.trim().trim_end_matches('岁');
    let number = |text: &str| text.trim().parse::<i32>().ok();
    if let Some(least) = name.strip_suffix('+').and_then(number) {
        return age >= least;
    }
    match name.split_once('-') {
        Some(("", most)) => number(most).is_some_and(|most| age <= most),
        Some((least, most)) => {
            number(least).is_some_and(|least| age >= least) && number(most).is_some_and(|most| age <= most)
        }
        None => number(name) == Some(age),
    }
}
