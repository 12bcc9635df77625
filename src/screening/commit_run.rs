//! The organizer screens: seats, standbys, explanations and letters, all in one transaction or none of them.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::record::{List, Named, Record};
use super::refusals::{ALREADY_SCREENED, LEDGER_NOT_FROZEN, QUOTAS_CANNOT_BE_MET};
use super::seat::{self, Seats};
use super::{applicants, deadline, letters, list, run, terms};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line_or_none;
use crate::database::Write;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::points::frozen;
use crate::registrations::registration::{self, Status};

/// What the announced draw came to.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[schema(as = ScreeningDraw)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// The published result, as published: `双色球2026090:01 05 09 17 22 31+08`. Required where a list was
    /// published with a draw; without a published list the house draws.
    #[serde(default)]
    #[garde(custom(one_line_or_none(1, 500)))]
    pub beacon: Option<String>,
}

/// Screens the published list, or the list as it stands where none was published.
///
/// # Errors
/// 409 `already_screened`, `ledger_not_frozen`, `quotas_cannot_be_met`; 422 on `beacon` where the
/// announced draw has a result; 409 `phase_closed` outside the screening phase.
pub async fn commit_run(app: &App, by: &Organizer, draw: Draw) -> Result<run::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    if run::of_event(&txn, event.id).await?.is_some() {
        return Err(ALREADY_SCREENED.into());
    }
    let now = app.now();
    event.requires(now, Phase::Screening)?;
    if frozen::of_event(&txn, event.id).await?.is_none() {
        return Err(LEDGER_NOT_FROZEN.into());
    }
    let rules = terms::all_rules_of(&event)?;
    let (list, named) = drawn(&txn, app, &event, by, draw).await?;
    let registrations = registration::Entity::of_event(event.id).lock_exclusive().all(&txn).await?;
    let lines = list.lines()?;
    let standing =
        |number: &str| registrations.iter().find(|one| one.label() == number && one.status == Status::Approved);
    let gone = lines.iter().filter(|line| standing(&line.applicant.number).is_none());
    let withdrawn = gone.map(|line| line.applicant.number.clone()).collect();
    let (slug, whom) = (event.slug.clone(), List { applicants: lines, withdrawn });
    let screened = tokio::task::spawn_blocking(move || Record::make(&slug, 1, rules, whom, &named));
    let record = screened.await.map_err(Fault::of)?;
    if let Some(why) = record.outcome.infeasible {
        let refused = QUOTAS_CANNOT_BE_MET.with("limits", json!(why.limits));
        return Err(refused.with("smallest_change", json!(why.smallest_change)).into());
    }
    if let Some(why) = record.on_boards.as_ref().and_then(|filled| filled.infeasible.as_ref()) {
        let refused = QUOTAS_CANNOT_BE_MET.with("limits", json!(why.limits));
        return Err(refused.with("smallest_change", json!(why.smallest_change)).into());
    }
    let placed = seat::placements(&record, &registrations)?;
    let run = written(&txn, app, &event, by, &list, &record, &placed).await?;
    seat::write(&txn, &event, &run, &placed, deadline::of_invitations(&event, now)).await?;
    letters::screened(&txn, app, &event, &run, &placed).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::Screened);
    Ok(run)
}

/// The list that is screened, and the draw that breaks its ties.
async fn drawn(
    txn: &Write,
    app: &App,
    event: &event::Model,
    by: &Organizer,
    draw: Draw,
) -> Result<(list::Model, Named), Error> {
    let commit_secret = Vec::new();
    if let Some(list) = list::latest(txn, event.id).await? {
        let beacon = draw.beacon.ok_or_else(|| {
            let message = "say what the announced draw came to";
            Refused::invalid(vec![FieldError::new("beacon", "required", message)])
        })?;
        let draw = list.draw.clone();
        return Ok((list, Named { draw, beacon, commit_secret }));
    }
    let list = applicants::publish(txn, app, event, "", by.account.account_id).await?;
    let drawn = app.chance.secret::<32>()?;
    let beacon = draw.beacon.unwrap_or_else(|| data_encoding::HEXLOWER.encode(&drawn));
    Ok((list, Named { draw: String::new(), beacon, commit_secret }))
}

async fn written(
    txn: &Write,
    app: &App,
    event: &event::Model,
    by: &Organizer,
    list: &list::Model,
    record: &Record,
    placed: &Seats,
) -> Result<run::Model, Fault> {
    let file = String::from_utf8(record.bytes().map_err(Fault::of)?).map_err(Fault::of)?;
    let boards = match record.boards.is_empty() {
        true => None,
        false => Some(serde_json::to_string(&record.boards).map_err(Fault::of)?),
    };
    let row = run::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        number: Set(1),
        list_id: Set(list.id),
        rules: Set(serde_json::to_string(record.rules_used()).map_err(Fault::of)?),
        boards: Set(boards),
        draw: Set(record.lottery.draw.clone()),
        beacon: Set(record.lottery.beacon.clone()),
        list_root: Set(record.lottery.list_root.clone()),
        seed: Set(record.lottery.seed.clone()),
        selected: Set(placed.selected()),
        waitlisted: Set(placed.waitlisted()),
        not_selected: Set(placed.not_selected()),
        file: Set(file),
        committed_by: Set(by.account.account_id),
        committed_at: Set(app.now()),
    };
    let run = row.insert(txn).await?;
    by.records(Deed::Screened)
        .about("screening_run", run.id)
        .with(json!({ "root": run.list_root, "selected": run.selected, "waitlisted": run.waitlisted }))
        .record(txn, app)
        .await?;
    Ok(run)
}
