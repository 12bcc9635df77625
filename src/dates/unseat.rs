//! A round that ended before its minutes began: nobody sat in it.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, QueryFilter};

use super::{date_round, sitting};
use crate::checkin::presence;

/// Lets the tables of a round follow it. Where it ended while the hall changed tables, none of them took place, and
/// their people may be planned again. Where such a round is taken up after all they do, except of those who left or
/// were seated together elsewhere since; what had been said of a table while it was being changed is said again.
///
/// # Errors
/// Only faults.
pub async fn follow(
    txn: &impl ConnectionTrait,
    before: &date_round::Model,
    after: &date_round::Model,
) -> Result<(), DbErr> {
    if before.nobody_sat() == after.nobody_sat() {
        return Ok(());
    }
    let tables = sitting::Column::RoundId.eq(after.id);
    if after.nobody_sat() {
        let none = sitting::Entity::update_many().col_expr(sitting::Column::Held, Expr::value(false));
        return none.filter(tables).exec(txn).await.map(drop);
    }
    let inside = presence::Entity::inside(after.event_id).all(txn).await?;
    let inside: HashSet<Uuid> = inside.into_iter().map(|guest| guest.registration_id).collect();
    let all = sitting::of_event(txn, after.event_id).await?;
    let dates = all.iter().filter(|sitting| sitting.held);
    let met: HashSet<(Uuid, Uuid)> = dates.map(|date| (date.one_id, date.other_id)).collect();
    let own = all.iter().filter(|sitting| sitting.round_id == after.id && !sitting.held);
    let free = own.filter(|table| !met.contains(&(table.one_id, table.other_id)));
    for table in free.filter(|table| inside.contains(&table.one_id) && inside.contains(&table.other_id)) {
        let mut row = table.clone().into_active_model();
        row.held = Set(true);
        row.update(txn).await?;
    }
    Ok(())
}
