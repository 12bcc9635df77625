//! What the house needs to keep its promises: letters that go, and a clock that is believed.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::{Finding, the};
use crate::clock_watch;
use crate::error::Fault;
use crate::mail::letter::{self, State};

/// Letters that were given up: somebody was not told what they should have been.
pub async fn outbox(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let all = letter::Entity::find().count(db).await?;
    let mut finding = Finding::of("outbox", usize::try_from(all).unwrap_or(usize::MAX));
    let failed = letter::Entity::find().filter(letter::Column::State.eq(State::Failed));
    for letter in failed.all(db).await? {
        let message = format!("{}: given up after {} tries", the("letter", letter.id), letter.tries);
        finding.note(message);
    }
    Ok(finding)
}

/// Whether the house is sure what time it is.
pub async fn clock(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let mut finding = Finding::of("clock", 1);
    if let Some((since, machine)) =
        clock_watch::written(db).await?.and_then(|row| row.unsure_since.zip(row.machine_time))
    {
        finding.unless(false, || {
            format!("unsure since {since}, when the machine said {machine}: put it right, or confirm it at /admin")
        });
    }
    Ok(finding)
}
