//! A table that did not take place: somebody never came to it, or it was given away.

use std::sync::Arc;

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusals::{ROUND_NOT_PLAYED, SEATED_AGAIN};
use super::{date_plan, date_round, sitting};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::happening::What;

/// What the host saw.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableSeen {
    /// Whether the two talked.
    #[garde(skip)]
    pub held: bool,
}

/// Says that a table of a played round did not take place, or that it did after all. Its two people
/// may be planned again in the first case.
///
/// # Errors
/// 404, 409 `round_not_played` or `seated_again`.
pub async fn strike(app: &Arc<App>, host: &Host, round: i32, table: i32, seen: TableSeen) -> Result<(), Error> {
    let event = &host.event;
    let txn = app.database.begin_write().await?;
    let plan = date_plan::hold(&txn, event.id).await?;
    let rounds = date_round::of_event(&txn, event.id).await?;
    let round = rounds.into_iter().find(|other| other.number == round).ok_or_else(Refused::not_found)?;
    let tables = sitting::Entity::find().filter(sitting::Column::RoundId.eq(round.id));
    let sitting =
        tables.filter(sitting::Column::TableNumber.eq(table)).one(&txn).await?.ok_or_else(Refused::not_found)?;
    if !round.is_played() {
        return Err(ROUND_NOT_PLAYED.into());
    }
    if sitting.held == seen.held {
        return Ok(());
    }
    let pair = sitting::Entity::find()
        .filter(sitting::Column::EventId.eq(event.id))
        .filter(sitting::Column::OneId.eq(sitting.one_id))
        .filter(sitting::Column::OtherId.eq(sitting.other_id))
        .filter(sitting::Column::Held.eq(true));
    if seen.held && pair.one(&txn).await?.is_some() {
        return Err(SEATED_AGAIN.into());
    }
    let mut row = sitting.into_active_model();
    row.held = Set(seen.held);
    row.update(&txn).await?;
    plan.turn_page(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::DateRoundMoved);
    Ok(())
}
