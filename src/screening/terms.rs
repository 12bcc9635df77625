//! The rules by which seats will be given, as the event's organizer decided before anybody applied. What an organizer
//! says is stricter than the rules the plain program reads (sides have both ends, bands have a side), and may leave out
//! what follows from the event; [`Terms::rules`] makes the one from the other.

use queqiao_screening::boards::board;
use queqiao_screening::rules::{self, Fallback, Rules};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::AllRules;
use crate::boards;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::event::{self, MOST_SEATS, Sides};
use crate::events::kind::Kind;
use crate::events::phase::Phase;
use crate::page::Page;
use crate::registrations::age_band::AgeBand;
use crate::registrations::registration::Side;
use crate::registrations::side_seats::{Bounds, SideBounds};

/// The last phase in which seats and rules may be changed: then they are used.
pub const LAST: Phase = Phase::Screening;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ScreeningPlan)]
#[serde(deny_unknown_fields)]
pub struct Terms {
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
    /// did not come. Off unless said so, and only before anybody can apply: points are what people are promised.
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
    pub band: Vec<AgeBand>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    pub max: i32,
}

impl Terms {
    /// What the event says, completed by its seats.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Self, Fault> {
        Ok(event.part::<Self>("screening")?.unwrap_or_default().completed(event.seats, event.sides))
    }

    /// What a new event begins with. Points alone decide, and as many wait in line as the larger side has seats.
    #[must_use]
    pub fn proposed(kind: Kind) -> Self {
        let max = match kind {
            Kind::Mixer | Kind::Concert => 3,
            Kind::SportsDay => 5,
            Kind::SpeedDating => 2,
        };
        Self {
            by_history: Some(false),
            fallback: Fallback::ReduceSeats,
            unit_side: Some(Cap { max }),
            ..Self::default()
        }
    }

    /// The plan with what was left unsaid: the seats of the event, shared evenly by the sides.
    #[must_use]
    pub fn completed(mut self, seats: i32, sides: Sides) -> Self {
        self.seats = Some(seats);
        if sides == Sides::Two {
            self.side.get_or_insert(SideBounds::even(seats));
        }
        let usual = self.usual_standby(seats);
        self.standby.get_or_insert(usual);
        self.by_history.get_or_insert(false);
        self
    }

    /// What is left of it where each board has limits of its own: who goes before whom.
    #[must_use]
    pub fn without_limits(self) -> Self {
        Self { by_history: self.by_history, ..Self::default() }
    }

    /// Whether earlier events count.
    #[must_use]
    pub fn by_history(&self) -> bool {
        self.by_history.unwrap_or(false)
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

impl Terms {
    /// The rules as the screening reads them.
    #[must_use]
    pub fn rules(self, seats: i32) -> Rules {
        let bounds = |bounds: Bounds| rules::Bounds { min: count(bounds.min), max: Some(count(bounds.max)) };
        let cap = |cap: Cap| rules::Cap { max: count(cap.max) };
        let side = |name: &str| if name == Side::Women.word() { Side::Women } else { Side::Men };
        let band = |band: AgeBand| rules::Band {
            side: Some(side(&band.side).into()),
            name: band.name,
            min: count(band.min),
            max: Some(count(band.max)),
        };
        Rules {
            seats: count(self.seats.unwrap_or(seats)),
            fallback: self.fallback,
            standby: self.standby.map(count),
            side: rules::Sides {
                men: self.side.map(|side| bounds(side.men)),
                women: self.side.map(|side| bounds(side.women)),
            },
            unit_side: self.unit_side.map(cap),
            unit: self.unit.map(cap),
            band: self.band.into_iter().map(band).collect(),
        }
    }

    /// For whoever thinks of applying.
    ///
    /// # Arguments
    /// `points`: whether the event has any; where it has none, everybody's place is drawn. `one`: whether it has one
    /// evening; where it has several boards, each says its own limits.
    #[must_use]
    pub fn sentences(&self, page: &Page, seats: i32, sides: Sides, (points, one): (bool, bool)) -> Vec<String> {
        let by = |key: &str| if points { key.to_owned() } else { format!("{key}-lot") };
        let shares = match sides {
            Sides::Two if one => self.side.unwrap_or_else(|| SideBounds::even(seats)).share_words(page, "rule-sides"),
            _ => String::new(),
        };
        let order = page.say(&by("rule-screening-order"), &[("seats", seats.into()), ("sides", shares.into())]);
        let cap = |key: &str, max: i32| page.say(key, &[("max", max.into())]);
        let history = self.by_history().then(|| page.t(&by("rule-screening-history")));
        let unit = self.unit.filter(|_| one).map(|unit| cap("rule-screening-unit", unit.max));
        let side = self.unit_side.filter(|_| one).map(|side| cap("rule-screening-unit-side", side.max));
        let standby = self.standby.filter(|_| one).map(|standby| cap("rule-screening-standby", standby));
        let tie = Some(page.t(&by("rule-screening-tie")));
        [Some(order), history, unit, side, standby, tie].into_iter().flatten().collect()
    }
}

/// The rules the event has now.
///
/// # Errors
/// 422 `invalid` on `rules` where they contradict themselves.
pub fn rules_of(event: &event::Model) -> Result<Rules, Error> {
    let rules = Terms::of(event)?.rules(event.seats);
    checked(&rules)?;
    Ok(rules)
}

/// The rules a run would go by: those of the event's one evening, or of each of its boards.
///
/// # Errors
/// 422 `invalid` on `rules` where they contradict themselves.
pub fn all_rules_of(event: &event::Model) -> Result<AllRules, Error> {
    let boards: Vec<board::Board> = boards::terms::of(event)?.iter().map(boards::terms::Board::rules).collect();
    if boards.is_empty() {
        return Ok(AllRules::one(rules_of(event)?));
    }
    board::check(&boards)
        .map_err(|wrong| Refused::invalid(vec![FieldError::new("rules", "contradictory", wrong.to_string())]))?;
    Ok(AllRules::of_boards(boards))
}

/// Refuses rules that contradict themselves whoever applies.
///
/// # Errors
/// 422 `invalid` on `rules`.
pub fn checked(rules: &Rules) -> Result<(), Error> {
    rules.check().map_err(|wrong| {
        let message = wrong.to_string();
        let message = message.strip_prefix("rules: ").unwrap_or(&message).to_owned();
        Refused::invalid(vec![FieldError::new("rules", "contradictory", message)]).into()
    })
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
