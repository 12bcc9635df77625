//! The published digests, one for every calendar day that has lines (see [`super::chain`]).

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime, TimeZone};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use super::chain;
use super::entry;
use crate::app::App;
use crate::database::Write;
use crate::error::Fault;
use crate::events::event;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_digest")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// The event's calendar day on which the lines were entered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// How many lines of that day.
    pub lines: i32,
    pub digest: Vec<u8>,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The digests of an event, oldest first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Day).all(db).await
}

/// Digests every day that has lines and no digest yet, up to the day before `until` (all of them
/// where None), and gives the last link. The caller holds the event row exclusively, so that no
/// line of these days is still on its way.
pub async fn catch_up(
    txn: &Write,
    app: &App,
    event: &event::Model,
    until: Option<NaiveDate>,
) -> Result<[u8; 32], Fault> {
    let last = of_event(txn, event.id).await?.pop();
    let mut link = last.as_ref().and_then(|last| last.digest.as_slice().try_into().ok()).unwrap_or(chain::BEGINNING);
    let from = last.and_then(|last| morning_after(event, last.day));
    let mut days: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for line in entry::since(txn, event.id, from).await? {
        days.entry(event.day(line.at)).or_default().push(line.canonical());
    }
    for (day, lines) in days {
        if until.is_some_and(|until| day >= until) {
            break;
        }
        let count = i32::try_from(lines.len()).unwrap_or(i32::MAX);
        link = chain::link(&link, lines);
        let row = ActiveModel {
            event_id: Set(event.id),
            day: Set(day),
            lines: Set(count),
            digest: Set(link.to_vec()),
            at: Set(app.now()),
        };
        row.insert(txn).await?;
    }
    Ok(link)
}

/// Every day's digest taken anew over the lines there are now, for whoever compares.
pub async fn taken_anew(db: &impl ConnectionTrait, event: &event::Model) -> Result<Vec<(NaiveDate, [u8; 32])>, DbErr> {
    let mut days: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for line in entry::since(db, event.id, None).await? {
        days.entry(event.day(line.at)).or_default().push(line.canonical());
    }
    let mut link = chain::BEGINNING;
    let linked = days.into_iter().map(|(day, lines)| {
        link = chain::link(&link, lines);
        (day, link)
    });
    Ok(linked.collect())
}

/// The first moment of the day after `day`, in the event's zone. Where the clocks go forward at
/// midnight, that day begins an hour later.
#[must_use]
pub fn morning_after(event: &event::Model, day: NaiveDate) -> Option<DateTimeUtc> {
    let midnight = day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
    let zone = event.zone();
    let begins = zone.from_local_datetime(&midnight).earliest();
    let begins = begins.or_else(|| zone.from_local_datetime(&(midnight + chrono::Duration::hours(1))).earliest());
    begins.map(|begins| begins.to_utc())
}
