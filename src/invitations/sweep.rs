//! What nobody answered in time is over; and what came to nothing is thrown away after a month: a
//! list of people who did not want to come is nobody's business.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};

use super::invitation::{self, Column, KEPT, State};
use crate::app::App;
use crate::error::Error;

/// Ends and throws away what is due. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let now = app.now();
    let late = Condition::all().add(Column::State.eq(State::Open)).add(Column::ExpiresAt.lte(now));
    let over = Condition::all()
        .add(Column::State.is_in([State::Declined, State::Withdrawn, State::Expired]))
        .add(Column::AnsweredAt.lte(now - KEPT));
    // Looked at first: nine rounds out of ten there is nothing, and a writer need not be bothered.
    let either = Condition::any().add(late.clone()).add(over.clone());
    if invitation::Entity::find().filter(either).count(app.database.reader()).await? == 0 {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    invitation::Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Expired))
        .col_expr(Column::AnsweredAt, Expr::value(now))
        .filter(late)
        .exec(&txn)
        .await?;
    invitation::Entity::delete_many().filter(over).exec(&txn).await?;
    txn.commit().await
}
