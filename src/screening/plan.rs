//! The rules an event was published with, as the sieve reads them.

use crate::error::{Error, FieldError, Refused};
use crate::events::event;
use crate::planning::screening_plan::{self, ScreeningPlan};
use queqiao_screening::applicant::Side;
use queqiao_screening::rules::{Band, Bounds, Cap, Fallback, Rules, Sides};

/// The rules of the event, completed by its seats.
///
/// # Errors
/// 422 `invalid` on `rules` where they contradict themselves.
pub fn of_event(event: &event::Model) -> Result<Rules, Error> {
    of_plan(event.screening(), event.seats, event.sides)
}

/// As [`of_event`], for a plan that is only tried.
///
/// # Errors
/// As [`of_event`].
pub fn of_plan(plan: ScreeningPlan, seats: i32, sides: event::Sides) -> Result<Rules, Error> {
    let rules = rules(plan.completed(seats, sides), seats);
    checked(&rules)?;
    Ok(rules)
}

/// Refuses rules that contradict themselves whoever applies.
///
/// # Errors
/// 422 `invalid` on `rules`.
pub fn checked(rules: &Rules) -> Result<(), Error> {
    rules.check().map_err(|wrong| {
        let words = wrong.to_string();
        let words = words.strip_prefix("rules: ").unwrap_or(&words).to_owned();
        Refused::invalid(vec![FieldError::new("rules", "contradictory", words)]).into()
    })
}

fn rules(plan: ScreeningPlan, seats: i32) -> Rules {
    let bounds = |bounds: screening_plan::Bounds| Bounds { min: count(bounds.min), max: Some(count(bounds.max)) };
    let cap = |cap: screening_plan::Cap| Cap { max: count(cap.max) };
    let band = |band: screening_plan::BandBounds| Band {
        side: Some(if band.side == "women" { Side::Women } else { Side::Men }),
        name: band.name,
        min: count(band.min),
        max: Some(count(band.max)),
    };
    Rules {
        seats: count(plan.seats.unwrap_or(seats)),
        fallback: match plan.fallback {
            screening_plan::Fallback::None => Fallback::None,
            screening_plan::Fallback::ReduceSeats => Fallback::ReduceSeats,
            screening_plan::Fallback::WidenBalance => Fallback::WidenBalance,
        },
        standby: plan.standby.map(count),
        side: Sides { men: plan.side.map(|side| bounds(side.men)), women: plan.side.map(|side| bounds(side.women)) },
        unit_side: plan.unit_side.map(cap),
        unit: plan.unit.map(cap),
        band: plan.band.into_iter().map(band).collect(),
    }
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
