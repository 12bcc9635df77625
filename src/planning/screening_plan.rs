//! The rules by which seats will be given, decided before anybody applies. The shape is the one that the plain
//! program `queqiao screen` reads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan::MOST_SEATS;
use crate::error::FieldError;
use crate::events::event::Sides;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreeningPlan {
    /// The seats of the event; left out, they follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<i32>,
    /// What is given up where the rules cannot be met by those who applied.
    #[serde(default)]
    pub fallback: Fallback,
    /// How many of each side wait in line for seats that come free; everybody behind them is told that there is no
    /// seat. Left out, as many as the larger side has seats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<i32>,
    /// Whether earlier events of the same union count before points: class 0 has a guaranteed seat, 1 is everybody
    /// else, 2 was at an event in the six months before this one, 3 confirmed a seat in the twelve months before and
    /// did not come. On unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_history: Option<bool>,
    /// Seats per side; left out in a two-sided event, each side gets half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<SideBounds>,
    /// At most this many of one unit and side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_side: Option<Cap>,
    /// At most this many of one unit, both sides together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Cap>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub band: Vec<BandBounds>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The organizer is told and decides.
    #[default]
    None,
    ReduceSeats,
    WidenBalance,
}

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    pub max: i32,
}

/// Seats for an age band of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BandBounds {
    /// `men` or `women`.
    pub side: String,
    /// As in the applicants' `band`, such as `35+`.
    pub name: String,
    pub min: i32,
    pub max: i32,
}

impl ScreeningPlan {
    /// The plan with what was left unsaid: the seats of the event, shared evenly by the sides.
    #[must_use]
    pub fn completed(mut self, seats: i32, sides: Sides) -> Self {
        self.seats = Some(seats);
        if sides == Sides::Two {
            self.side.get_or_insert(SideBounds::even(seats));
        }
        let usual = self.usual_standby(seats);
        self.standby.get_or_insert(usual);
        self.by_history.get_or_insert(true);
        self
    }

    /// Whether earlier events count.
    #[must_use]
    pub fn by_history(&self) -> bool {
        self.by_history.unwrap_or(true)
    }

    /// As many as the larger side has seats: even if nobody of them came, the line would do.
    fn usual_standby(&self, seats: i32) -> i32 {
        self.side.map_or(seats, |side| side.men.max.max(side.women.max).clamp(0, seats))
    }

    /// The plan for another number of seats: shares that nobody chose follow it, chosen ones stay.
    #[must_use]
    pub fn follow(mut self, old_seats: i32) -> Self {
        self.seats = None;
        let usual = self.usual_standby(old_seats);
        self.standby = self.standby.filter(|standby| *standby != usual);
        self.side = self.side.filter(|side| *side != SideBounds::even(old_seats));
        self
    }

    /// The first band of this side that takes somebody of this age.
    #[must_use]
    pub fn band_of(&self, side: &str, age: i32) -> Option<&str> {
        let bands = self.band.iter().filter(|band| band.side == side);
        bands.map(|band| band.name.as_str()).find(|name| takes(name, age))
    }

    /// What cannot be met whoever applies.
    #[must_use]
    pub fn faults(&self, seats: i32) -> Vec<FieldError> {
        let mut faults = Vec::new();
        if self.seats.is_some_and(|own| own != seats) {
            faults.push(FieldError::new("screening.seats", "not_the_seats_of_the_event", "must equal seats"));
        }
        if let Some(side) = &self.side {
            faults.extend(side.men.fault("screening.side.men"));
            faults.extend(side.women.fault("screening.side.women"));
            let (least, most) =
                (side.men.min.max(0) + side.women.min.max(0), side.men.max.max(0) + side.women.max.max(0));
            if faults.is_empty() && !(least..=most).contains(&seats) {
                let message = format!("the sides take {least} to {most} people, the event has {seats} seats");
                faults.push(FieldError::new("screening.side", "seats_not_met", message));
            }
        }
        if self.standby.is_some_and(|standby| !(0..=MOST_SEATS).contains(&standby)) {
            faults.push(FieldError::new("screening.standby", "out_of_range", "0 or more"));
        }
        for (path, cap) in [("screening.unit_side.max", self.unit_side), ("screening.unit.max", self.unit)] {
            if cap.is_some_and(|cap| !(1..=MOST_SEATS).contains(&cap.max)) {
                faults.push(FieldError::new(path, "out_of_range", "1 or more"));
            }
        }
        for (at, band) in self.band.iter().enumerate() {
            let path = format!("screening.band[{at}]");
            faults.extend(Bounds { min: band.min, max: band.max }.fault(&path));
            if !matches!(band.side.as_str(), "men" | "women") {
                faults.push(FieldError::new(format!("{path}.side"), "unknown_side", "men or women"));
            }
            if band.name.trim().is_empty() || band.name.chars().count() > 20 {
                faults.push(FieldError::new(format!("{path}.name"), "invalid", "1 to 20 characters"));
            }
            let twice = self.band.iter().take(at).any(|other| other.side == band.side && other.name == band.name);
            if twice {
                faults.push(FieldError::new(path, "twice", "this band is already bounded"));
            }
        }
        faults.extend(self.band_faults());
        faults
    }

    /// Bands that are promised more than their side has.
    fn band_faults(&self) -> Vec<FieldError> {
        let Some(side) = &self.side else { return Vec::new() };
        let promised = |name: &str| -> i64 {
            self.band.iter().filter(|band| band.side == name).map(|band| i64::from(band.min.max(0))).sum()
        };
        let bounds = [("men", side.men.max), ("women", side.women.max)];
        let over = bounds.into_iter().filter(|(name, max)| promised(name) > i64::from(*max));
        over.map(|(name, max)| {
            let message = format!("the bands of {name} are promised {} seats of {max}", promised(name));
            FieldError::new("screening.band", "seats_not_met", message)
        })
        .collect()
    }
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

impl SideBounds {
    /// Half for each; of an odd number of seats either side may have the last one.
    fn even(seats: i32) -> Self {
        let half = Bounds { min: seats / 2, max: seats / 2 + seats % 2 };
        Self { men: half, women: half }
    }
}

impl Bounds {
    fn fault(self, path: &str) -> Option<FieldError> {
        let fits = self.min >= 0 && self.min <= self.max && self.max <= MOST_SEATS;
        (!fits).then(|| FieldError::new(path, "out_of_range", "0 <= min <= max"))
    }
}
