//! Whoever asked thinks better of it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::confession::{Column, forgotten};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::happening::What;
use crate::registrations::access::Participant;

/// Takes it back, whatever came of it; it stays spent. Saying it twice changes nothing.
///
/// # Errors
/// 404 where this person asked no such thing.
pub async fn withdraw(app: &App, me: &Participant, confession: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let taken_back = forgotten()
        .col_expr(Column::Withdrawn, Expr::value(true))
        .filter(Column::Id.eq(confession))
        .filter(Column::AskedBy.eq(me.registration.id))
        .exec(&txn)
        .await?;
    if taken_back.rows_affected == 0 {
        return Err(Refused::not_found().into());
    }
    txn.commit().await?;
    app.happenings.announce(me.event.id, What::StageMoved);
    Ok(())
}
