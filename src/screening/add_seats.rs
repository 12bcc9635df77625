//! 增加席位: once the event was screened the organizer gives more seats, and the next in line are asked. With a reason,
//! and with a record that is published beside the run's.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::addition_record::{Added, Addition, AdditionRequest};
use super::placement::{Candidate, in_play};
use super::refusals::{BOARDS_HAVE_RULES, SEATS_NOT_FILLED};
use super::succeed::{self, Seat};
use super::terms::Terms;
use super::{addition, run};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::database::Write;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event::{self, MOST_SEATS};
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::side_seats::Bounds;
use queqiao_screening::applicant::Applicant;
use queqiao_screening::rules::{self, Rules};

/// How many seats more, and why.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[schema(as = SeatsWanted)]
#[serde(deny_unknown_fields)]
pub struct MoreSeats {
    #[serde(default)]
    #[garde(range(max = 10_000))]
    pub men: u32,
    #[serde(default)]
    #[garde(range(max = 10_000))]
    pub women: u32,
    /// Published with the seats.
    #[serde(default)]
    #[garde(custom(one_line(1, 200)))]
    pub reason: String,
}

/// Adds the seats and asks the next in line, all of them or none.
///
/// # Errors
/// 404 before the run; 409 `phase_closed` once the doors are open; 409 `seats_not_filled` where not every seat finds
/// somebody, with the `limits`; 409 `boards_have_rules`; 422 `invalid`.
pub async fn add_seats(app: &App, by: &Organizer, wish: MoreSeats) -> Result<(addition::Model, Vec<String>), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    event.requires_one_of(app.now(), &[Phase::Screening, Phase::Confirmation])?;
    let run = run::of_event(&txn, event.id).await?.ok_or_else(Refused::not_found)?;
    if run.boards.is_some() {
        return Err(BOARDS_HAVE_RULES.into());
    }
    let follows = addition::followed(&txn, &run).await?;
    let rules = follows.rules.enlarged(wish.men, wish.women);
    let seats = judged(&wish, &rules)?;
    let people = in_play(&txn, event.id).await?;
    let order = AdditionRequest {
        event: event.slug.clone(),
        at: app.now(),
        reason: wish.reason.trim().to_owned(),
        added: Added { men: wish.men, women: wish.women },
    };
    let list: Vec<Applicant> = people.iter().map(Candidate::applicant).collect();
    let record = Addition::make(order, &follows, &list, &run.seed_bytes())
        .map_err(|why| SEATS_NOT_FILLED.with("limits", json!(why.limits)))?;
    let added = written(&txn, app, by, (&event, &run), &record, seats).await?;
    for newcomer in people.iter().filter(|one| record.offered.contains(&one.number)) {
        let id = newcomer.registration_id;
        succeed::seat(&txn, app, &event, (&run, Seat::Added, None), id).await?;
        by.records(Deed::StandbyPromoted)
            .about("registration", id)
            .because(record.reason.as_str())
            .with(json!({ "addition": record.number }))
            .record(&txn, app)
            .await?;
    }
    enlarged(&txn, event, &rules, seats).await?;
    txn.commit().await?;
    app.happenings.announce(by.event.id, What::EventChanged);
    app.happenings.announce(by.event.id, What::SeatsMoved);
    Ok((added, record.offered))
}

/// All seats from then on.
fn judged(wish: &MoreSeats, rules: &Rules) -> Result<i32, Error> {
    let fault = match i32::try_from(rules.seats).ok().filter(|seats| *seats <= MOST_SEATS) {
        Some(_) if wish.men + wish.women == 0 => FieldError::new("men", "no_seats", "at least one seat more"),
        Some(seats) => return Ok(seats),
        None => FieldError::new("men", "out_of_range", "20000 seats at most"),
    };
    Err(Refused::invalid(vec![fault]).into())
}

async fn written(
    txn: &Write,
    app: &App,
    by: &Organizer,
    (event, run): (&event::Model, &run::Model),
    record: &Addition,
    seats: i32,
) -> Result<addition::Model, Fault> {
    let file = String::from_utf8(record.bytes().map_err(Fault::of)?).map_err(Fault::of)?;
    let small = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let row = addition::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        run_id: Set(run.id),
        number: Set(small(record.number)),
        men: Set(small(record.added.men)),
        women: Set(small(record.added.women)),
        seats: Set(seats),
        reason: Set(record.reason.clone()),
        digest: Set(super::addition_record::digest(file.as_bytes())),
        file: Set(file),
        added_by: Set(by.account.account_id),
        added_at: Set(record.at),
    };
    let row = row.insert(txn).await?;
    by.records(Deed::SeatsAdded)
        .about("screening_addition", row.id)
        .because(record.reason.as_str())
        .with(json!({
            "men": row.men, "women": row.women, "changes": [{ "field": "seats", "old": event.seats, "new": seats }],
        }))
        .record(txn, app)
        .await?;
    Ok(row)
}

/// The event says what the record says.
async fn enlarged(txn: &Write, event: event::Model, rules: &Rules, seats: i32) -> Result<(), Fault> {
    let settings = match event.part::<Terms>("screening")? {
        Some(terms) => {
            let small = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
            let bounds = |bounds: Option<rules::Bounds>, own: Bounds| {
                bounds.map_or(own, |now| Bounds { min: small(now.min), max: now.max.map_or(own.max, small) })
            };
            let mut terms = terms.completed(event.seats, event.sides);
            terms.seats = Some(seats);
            if let Some(side) = &mut terms.side {
                side.men = bounds(rules.side.men, side.men);
                side.women = bounds(rules.side.women, side.women);
            }
            event.with_part("screening", &terms)?
        }
        None => event.settings.clone(),
    };
    let mut row = event.into_active_model();
    row.seats = Set(seats);
    row.settings = Set(settings);
    row.update(txn).await?;
    Ok(())
}
