//! How many seats each side has. The rules of the screening say it; whoever is ranked wants to know it before.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::registration::Side;
use crate::error::{Fault, FieldError};
use crate::events::event::{self, MOST_SEATS, Sides};
use crate::page::Page;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SideBounds {
    pub men: Bounds,
    pub women: Bounds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    pub min: i32,
    pub max: i32,
}

impl SideBounds {
    /// Half for each; of an odd number of seats either side may have the last one.
    #[must_use]
    pub fn even(seats: i32) -> Self {
        let half = Bounds { min: seats / 2, max: seats / 2 + seats % 2 };
        Self { men: half, women: half }
    }

    /// How the seats are shared, by a key of words and its own for halves.
    #[must_use]
    pub fn share_words(self, page: &Page, key: &str) -> String {
        if self.men == self.women {
            return page.say(&format!("{key}-even"), &[("half", self.men.range().into())]);
        }
        page.say(key, &[("men", self.men.range().into()), ("women", self.women.range().into())])
    }
}

impl Bounds {
    /// `150`, or `140–160` where it may be more or less.
    #[must_use]
    pub fn range(self) -> String {
        if self.min == self.max { self.max.to_string() } else { format!("{}–{}", self.min, self.max) }
    }

    /// What cannot be met whoever applies.
    #[must_use]
    pub fn fault(self, path: &str) -> Option<FieldError> {
        let fits = self.min >= 0 && self.min <= self.max && self.max <= MOST_SEATS;
        (!fits).then(|| FieldError::new(path, "out_of_range", "0 <= min <= max"))
    }
}

/// What the boards of an event say of seats; the rest of them is for a later room.
#[derive(Deserialize)]
struct OfBoard {
    seats: i32,
    side: Option<SideBounds>,
}

impl OfBoard {
    fn most(&self, side: Side) -> usize {
        let most = match (&self.side, side) {
            (Some(bounds), Side::Men) => bounds.men.max,
            (Some(bounds), Side::Women) => bounds.women.max,
            (None, _) => self.seats,
        };
        usize::try_from(most).unwrap_or(0)
    }
}

/// The seats a side is ranked for, on all boards together where there are several.
///
/// # Errors
/// Where what the event says of it does not read.
pub fn of(event: &event::Model, side: Side) -> Result<usize, Fault> {
    if let Some(boards) = event.part::<Vec<OfBoard>>("boards")?.filter(|boards| !boards.is_empty()) {
        return Ok(boards.iter().map(|board| board.most(side)).sum());
    }
    let bounds: Option<SideBounds> = event.part("screening.side")?;
    let even = (event.sides == Sides::Two).then(|| SideBounds::even(event.seats));
    let seats = match bounds.or(even) {
        Some(bounds) if side == Side::Men => bounds.men.max,
        Some(bounds) => bounds.women.max,
        None => event.seats,
    };
    Ok(usize::try_from(seats).unwrap_or(0))
}
