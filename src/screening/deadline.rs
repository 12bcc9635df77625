//! Until when an invitation may be answered.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use crate::events::event;
use crate::events::phase::Phase;
use crate::registrations::registration::{self, Status};

/// Hours to answer at most, for people who were selected and for standbys who moved up.
const INVITED: i64 = 72;
const MOVED_UP: i64 = 24;

/// People selected by the run: three days from the confirmation phase on, and never more than half of what is left
/// until the doors open, so that somebody else can still come in.
#[must_use]
pub fn of_invitations(event: &event::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    let begins = event.boundary(Phase::Confirmation).map_or(now, |begins| begins.max(now));
    until(event, begins, INVITED)
}

/// Standbys who moved up: a day, and never more than half of what is left.
#[must_use]
pub fn of_offers(event: &event::Model, now: DateTime<Utc>) -> DateTime<Utc> {
    until(event, now, MOVED_UP)
}

fn until(event: &event::Model, begins: DateTime<Utc>, hours: i64) -> DateTime<Utc> {
    let doors = event.boundary(Phase::OnSite).unwrap_or(event.starts_at);
    let half = (doors - begins).max(Duration::zero()) / 2;
    begins + half.min(Duration::hours(hours))
}

/// Where answering begins later than it did, those who were selected have as long for it as they were promised.
pub async fn put_off(txn: &impl ConnectionTrait, event: &event::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    if event.phase(now) >= Phase::Confirmation {
        return Ok(());
    }
    let until = of_invitations(event, now);
    registration::Entity::update_many()
        .col_expr(registration::Column::ReplyBy, Expr::value(until))
        .filter(registration::Column::EventId.eq(event.id))
        .filter(registration::Column::Status.eq(Status::Selected))
        .filter(registration::Column::ReplyBy.lt(until))
        .exec(txn)
        .await?;
    Ok(())
}

/// Where the doors open earlier than they did, nobody is promised an answer that would come too late.
pub async fn bring_forward(txn: &impl ConnectionTrait, event: &event::Model) -> Result<(), DbErr> {
    let Some(doors) = event.boundary(Phase::OnSite) else { return Ok(()) };
    registration::Entity::update_many()
        .col_expr(registration::Column::ReplyBy, Expr::value(doors))
        .filter(registration::Column::EventId.eq(event.id))
        .filter(registration::Column::Status.eq(Status::Selected))
        .filter(registration::Column::ReplyBy.gt(doors))
        .exec(txn)
        .await?;
    Ok(())
}
