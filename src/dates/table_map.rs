//! 桌位图: who sits where now and next, as everybody in the hall may see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::date_round::{self, State};
use super::sitting;
use super::terms::Terms;
use crate::badges::number::Number;
use crate::checkin::presence;
use crate::error::Fault;
use crate::events::event;

/// The round called last, and the one to come.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableMap {
    /// Rounds of the evening, played and planned.
    rounds: usize,
    /// How long one date lasts.
    minutes: u32,
    /// Between two rounds.
    pause_seconds: u32,
    /// Running, or finished last; null before the first is called.
    current: Option<Turn>,
    /// Null after the last. Its tables may still change.
    next: Option<Turn>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Turn {
    /// Counts from 1.
    round: i32,
    state: State,
    /// When its minutes begin. Still to come while the hall changes tables.
    started_at: Option<DateTime<Utc>>,
    /// When its minutes are over, which ends it only once the host says so.
    ends_at: Option<DateTime<Utc>>,
    /// Since when its clock stands still: what is left is then counted from here. Null while it goes on.
    paused_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    tables: Vec<Table>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LiveTable)]
pub struct Table {
    table: i32,
    /// Who sits there.
    #[schema(example = json!(["男013", "女008"]))]
    badges: Vec<String>,
}

/// None until dates were planned.
pub async fn of(db: &impl ConnectionTrait, event: &event::Model) -> Result<Option<TableMap>, Fault> {
    let rounds = date_round::of_event(db, event.id).await?;
    if rounds.is_empty() {
        return Ok(None);
    }
    let terms = Terms::of(event)?;
    let current = rounds.iter().rfind(|round| round.is_played());
    let next = rounds.iter().find(|round| !round.is_played());
    let shown: Vec<Uuid> = current.iter().chain(&next).map(|round| round.id).collect();
    let sittings = sitting::Entity::find()
        .filter(sitting::Column::RoundId.is_in(shown))
        .order_by_asc(sitting::Column::TableNumber)
        .all(db)
        .await?;
    let worn = presence::Entity::find().filter(presence::Column::EventId.eq(event.id)).all(db).await?;
    let worn: HashMap<Uuid, Number> = worn.iter().map(|guest| (guest.registration_id, guest.worn())).collect();
    let turn = |round: &date_round::Model| Turn {
        round: round.number,
        state: round.state,
        started_at: round.started_at,
        ends_at: round.ends_at(terms.minutes),
        paused_at: round.paused_at,
        finished_at: round.finished_at,
        tables: sittings.iter().filter(|sitting| sitting.round_id == round.id).map(|at| table(at, &worn)).collect(),
    };
    Ok(Some(TableMap {
        rounds: rounds.len(),
        minutes: terms.minutes,
        pause_seconds: terms.pause_seconds,
        current: current.map(turn),
        next: next.map(turn),
    }))
}

fn table(sitting: &sitting::Model, worn: &HashMap<Uuid, Number>) -> Table {
    let mut badges: Vec<Number> =
        [sitting.one_id, sitting.other_id].iter().filter_map(|id| worn.get(id).copied()).collect();
    badges.sort_unstable();
    Table { table: sitting.table_number, badges: badges.iter().map(ToString::to_string).collect() }
}

/// A round, how far it is, and what its clock says.
type Far = (i32, State, Option<DateTime<Utc>>, Option<DateTime<Utc>>, i64);

/// How far the evening's dates have come: every round with its state and its clock, and how many tables
/// did not take place. Changes whenever somebody's own list of dates may.
pub async fn progress(db: &impl ConnectionTrait, event_id: Uuid) -> Result<(Vec<Far>, u64), DbErr> {
    let rounds = date_round::of_event(db, event_id).await?;
    let struck = sitting::Entity::find().filter(sitting::Column::EventId.eq(event_id));
    let struck = struck.filter(sitting::Column::Held.eq(false)).count(db).await?;
    let far =
        |round: &date_round::Model| (round.number, round.state, round.started_at, round.paused_at, round.extra_ms);
    Ok((rounds.iter().map(far).collect(), struck))
}
