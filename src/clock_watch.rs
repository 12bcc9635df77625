//! What time it really is, where the machine's clock was set while the house stood. Until that is known
//! nothing happens that cannot be undone: no invitation runs out, no ledger is frozen, nothing is
//! forgotten because its time has come.
//!
//! A clock that was set and goes on for `clock.confirm_minutes` is believed, where the database's own
//! does not contradict it; an administrator may say sooner that it is right. One row in the database
//! tells other processes, the next start and `queqiao doctor`.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;

use crate::app::App;
use crate::audit::Deed;
use crate::clock::{Unsure, agree};
use crate::error::Error;

/// The one row.
const ONLY: i32 = 1;
/// How often the house writes down what time it has seen.
const NOTED: TimeDelta = TimeDelta::minutes(1);
/// After a longer rest nobody can tell whether the clock was set meanwhile.
const REST: TimeDelta = TimeDelta::hours(1);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clock_watch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The latest time the house was sure of.
    pub seen_at: DateTimeUtc,
    /// The time the house goes by since it is unsure.
    pub unsure_since: Option<DateTimeUtc>,
    /// What the machine's clock said then.
    pub machine_time: Option<DateTimeUtc>,
    /// What it said when an administrator said that it was right.
    pub confirmed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is written down.
pub async fn written(db: &impl ConnectionTrait) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(ONLY).one(db).await
}

/// Whether this process has written down that it is unsure.
#[derive(Default)]
struct DoubtRecorded(AtomicBool);

/// Before the house opens: a clock that has gone back behind what the house has seen, or stands long
/// after it, may have been set meanwhile.
///
/// # Errors
/// Only faults.
pub async fn begin(app: &App) -> Result<(), Error> {
    let machine = app.clock.by_the_machine();
    let seen = written(app.database.reader()).await?.map(|written| written.seen_at);
    if seen.is_some_and(|seen| is_behind(machine, seen) || machine - seen > REST) {
        app.clock.doubt_the_start();
    }
    // Whoever was unsure before is gone; who still is says so again.
    app.extensions.get_or_default::<DoubtRecorded>().0.store(true, Ordering::SeqCst);
    attend(app).await
}

/// Compares the clocks and writes down what came of it. Safe to repeat, and in several processes.
///
/// # Errors
/// Only faults.
pub async fn attend(app: &App) -> Result<(), Error> {
    let written = written(app.database.reader()).await?;
    if app.clock.is_the_machines() && app.database.is_postgres() {
        app.clock.compare(agree(by_the_database(app).await?, app.clock.by_the_machine()));
    }
    let Some(unsure) = app.clock.unsure() else { return noted(app, written.as_ref()).await };
    if is_right(app, &unsure, written.as_ref()) {
        app.clock.confirm();
        tracing::warn!(now = %app.now(), "the machine's clock is believed now");
        return noted(app, written.as_ref()).await;
    }
    let seen_at = written.as_ref().map_or(unsure.house, |written| written.seen_at);
    // After a long rest the time is looked at for a while, and nobody need hear of it.
    if unsure.at_start && !app.clock.is_disputed() && !is_behind(unsure.machine, seen_at) {
        return Ok(());
    }
    if written.as_ref().is_some_and(|written| written.unsure_since.is_some()) {
        return Ok(());
    }
    let is_news = !app.extensions.get_or_default::<DoubtRecorded>().0.swap(true, Ordering::SeqCst);
    if is_news || unsure.at_start {
        let (house, machine) = (unsure.house, unsure.machine);
        tracing::error!(%house, %machine, "the machine's clock was set: what cannot be undone is not done by the clock");
    }
    let row = Model { seen_at, unsure_since: Some(unsure.house), machine_time: Some(unsure.machine), ..nothing(app) };
    keep(app, row, written.as_ref()).await
}

/// An administrator says that the machine's clock is right.
///
/// # Errors
/// Only faults.
pub async fn confirm(app: &App, by: Uuid) -> Result<(), Error> {
    let Some(unsure) = app.clock.unsure() else { return Ok(()) };
    app.clock.confirm();
    let txn = app.database.begin_write().await?;
    put(&txn, Model { confirmed_at: Some(app.now()), ..nothing(app) }).await?;
    Deed::ClockConfirmed
        .by(by)
        .with(json!({ "house": unsure.house, "machine": unsure.machine }))
        .record(&txn, app)
        .await?;
    txn.commit().await
}

/// Whether what the machine says has been found right.
fn is_right(app: &App, unsure: &Unsure, written: Option<&Model>) -> bool {
    let minutes = TimeDelta::minutes(app.settings.clock.confirm_minutes.into());
    // In another process, a moment ago.
    let confirmed = written.and_then(|written| written.confirmed_at);
    let confirmed = confirmed.is_some_and(|at| at <= unsure.machine && agree(at, unsure.machine));
    confirmed || (unsure.steady >= minutes && !app.clock.is_disputed())
}

async fn by_the_database(app: &App) -> Result<DateTime<Utc>, DbErr> {
    let question = Statement::from_string(DbBackend::Postgres, "SELECT clock_timestamp() AS now");
    let row = app.database.reader().query_one_raw(question).await?;
    row.map_or_else(|| Ok(app.clock.by_the_machine()), |row| row.try_get("", "now"))
}

/// All is well: notes the time now and then, and that this process is unsure no more.
async fn noted(app: &App, written: Option<&Model>) -> Result<(), Error> {
    let was_unsure = app.extensions.get_or_default::<DoubtRecorded>().0.swap(false, Ordering::SeqCst);
    let now = app.now();
    // Behind, too: a time that was seen and was none.
    let old = written.is_none_or(|written| (now - written.seen_at).abs() >= NOTED);
    if !was_unsure && !old {
        return Ok(());
    }
    let others = written.filter(|_| !was_unsure);
    let row = Model {
        unsure_since: others.and_then(|written| written.unsure_since),
        machine_time: others.and_then(|written| written.machine_time),
        ..nothing(app)
    };
    keep(app, row, written).await
}

/// Whether the clock has gone back behind what the house has seen.
fn is_behind(machine: DateTime<Utc>, seen: DateTime<Utc>) -> bool {
    machine < seen && !agree(machine, seen)
}

fn nothing(app: &App) -> Model {
    Model { id: ONLY, seen_at: app.now(), unsure_since: None, machine_time: None, confirmed_at: None }
}

async fn keep(app: &App, row: Model, written: Option<&Model>) -> Result<(), Error> {
    let confirmed_at = row.confirmed_at.or(written.and_then(|written| written.confirmed_at));
    let txn = app.database.begin_write().await?;
    put(&txn, Model { confirmed_at, ..row }).await?;
    txn.commit().await
}

async fn put(txn: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(row.id),
        seen_at: Set(row.seen_at),
        unsure_since: Set(row.unsure_since),
        machine_time: Set(row.machine_time),
        confirmed_at: Set(row.confirmed_at),
    };
    let over = OnConflict::column(Column::Id)
        .update_columns([Column::SeenAt, Column::UnsureSince, Column::MachineTime, Column::ConfirmedAt])
        .to_owned();
    Entity::insert(row).on_conflict(over).exec_without_returning(txn).await.map(drop)
}
