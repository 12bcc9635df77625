//! Who sits with whom in the rounds not played yet.

use std::sync::Arc;

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, IntoActiveModel, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::date_round::State;
use super::hall::Hall;
use super::refusals::{ALL_ROUNDS_PLAYED, HALL_CHANGED};
use super::seating::{Order, Seated, Seating, seat};
use super::terms::Terms;
use super::{date_plan, date_round, sat_out, sitting};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::access::Host;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::programme::refusals::NOBODY_PRESENT;

/// How often a plan is made anew because the hall changed while it was made. The last one is
/// written although somebody came or went: at the height of the arrivals the hall never stands still.
const TRIES: usize = 3;
/// Rows written at once: SQLite takes 32,766 values in one statement.
const BATCH: usize = 1_000;

/// What the host asks for; what is left out stays as it was, or as the event's settings say.
#[derive(Clone, Copy, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanWishes {
    /// Rounds of the whole evening, played ones included.
    #[garde(range(min = 1, max = 30))]
    pub rounds: Option<i32>,
    #[garde(range(min = 1, max = 2_500))]
    pub tables: Option<i32>,
    /// 照顾得分最低者: raises the lowest sum of scores, at some cost to the sum of all.
    #[garde(skip)]
    pub look_after_the_lowest: Option<bool>,
}

/// Plans, or plans again, the rounds not played yet from who is inside. Played rounds stay as they are.
///
/// # Errors
/// 409 `phase_closed` before or after the evening, `nobody_present`, `all_rounds_played`, `hall_changed`.
pub async fn plan(app: &Arc<App>, host: &Host, wishes: PlanWishes) -> Result<(), Error> {
    let event = &host.event;
    event.requires(app.now(), Phase::OnSite)?;
    for attempt in 1..=TRIES {
        let hall = Hall::look(app.database.reader(), event.id).await?;
        let order = order(host, &hall, wishes)?;
        let (hall, seating) = tokio::task::spawn_blocking(move || {
            let seating = seat(&hall, &order);
            (hall, seating)
        })
        .await
        .map_err(Fault::of)?;

        let txn = app.database.begin_write().await?;
        let held = date_plan::hold(&txn, event.id).await?;
        let same = held.version == hall.plan.version;
        if !same || (attempt < TRIES && !hall.still_stands(&txn, &held).await?) {
            continue;
        }
        let first = i32::try_from(hall.played().count()).unwrap_or(i32::MAX).saturating_add(1);
        forget_planned(&txn, &hall).await?;
        write_rounds(&txn, app, event.id, first, &seating.rounds).await?;
        note(app, held, wishes, &seating).update(&txn).await?;
        txn.commit().await?;
        app.happenings.announce(event.id, What::DatesPlanned);
        return Ok(());
    }
    Err(HALL_CHANGED.into())
}

fn order(host: &Host, hall: &Hall, wishes: PlanWishes) -> Result<Order, Error> {
    if hall.people.is_empty() {
        return Err(NOBODY_PRESENT.saying("Nobody is checked in yet.").into());
    }
    let terms = Terms::of(&host.event)?;
    let number = |wish: Option<i32>| wish.and_then(|wish| usize::try_from(wish).ok());
    let rounds = number(wishes.rounds).or(number(hall.plan.rounds)).unwrap_or(terms.rounds as usize);
    let tables = number(wishes.tables).or(number(hall.plan.tables));
    let left = rounds.saturating_sub(hall.played().count());
    if left == 0 {
        return Err(ALL_ROUNDS_PLAYED.with("rounds", json!(rounds)).into());
    }
    Ok(Order {
        sides: host.event.sides,
        rounds: left,
        tables: tables.unwrap_or(terms.tables_for(&host.event) as usize),
        look_after_the_lowest: wishes.look_after_the_lowest.unwrap_or(hall.plan.looks_after_the_lowest),
    })
}

/// Removes the rounds that nobody played, with their tables.
async fn forget_planned(txn: &impl ConnectionTrait, hall: &Hall) -> Result<(), DbErr> {
    let planned = hall.rounds.iter().filter(|round| !round.is_played()).map(|round| round.id);
    date_round::Entity::delete_many().filter(date_round::Column::Id.is_in(planned)).exec(txn).await.map(drop)
}

async fn write_rounds(
    txn: &impl ConnectionTrait,
    app: &App,
    event_id: Uuid,
    first: i32,
    seated: &[Seated],
) -> Result<(), DbErr> {
    let (mut rounds, mut sittings, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for (number, seated) in (first..).zip(seated) {
        let round = date_round::Model {
            id: app.new_id(),
            event_id,
            number,
            state: State::Planned,
            started_at: None,
            finished_at: None,
            paused_at: None,
            extra_ms: 0,
        };
        for table in &seated.tables {
            let sitting = sitting::Model {
                id: app.new_id(),
                event_id,
                round_id: round.id,
                table_number: i32::try_from(table.number).unwrap_or(i32::MAX),
                one_id: table.one,
                other_id: table.other,
                score: i32::try_from(table.score).unwrap_or(i32::MAX),
                held: true,
            };
            sittings.push(sitting.into_active_model());
        }
        let out = seated.waiting.iter().map(|id| sat_out::Model { round_id: round.id, registration_id: *id });
        waiting.extend(out.map(IntoActiveModel::into_active_model));
        rounds.push(round.into_active_model());
    }
    date_round::Entity::insert_many(rounds).exec_without_returning(txn).await?;
    for batch in sittings.chunks(BATCH) {
        sitting::Entity::insert_many(batch.to_vec()).exec_without_returning(txn).await?;
    }
    for batch in waiting.chunks(BATCH) {
        sat_out::Entity::insert_many(batch.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

fn note(app: &App, held: date_plan::Model, wishes: PlanWishes, seating: &Seating) -> date_plan::ActiveModel {
    let row = held.clone().into_active_model();
    date_plan::ActiveModel {
        version: Set(held.version + 1),
        rounds: Set(wishes.rounds.or(held.rounds)),
        tables: Set(wishes.tables.or(held.tables)),
        looks_after_the_lowest: Set(wishes.look_after_the_lowest.unwrap_or(held.looks_after_the_lowest)),
        score: Set(i64::try_from(seating.score).unwrap_or(i64::MAX)),
        best_score: Set(i64::try_from(seating.best_score).unwrap_or(i64::MAX)),
        proven: Set(seating.proven),
        planned_at: Set(Some(app.now())),
        ..row
    }
}
