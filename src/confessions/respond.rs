//! Whoever is asked says yes or no, in private.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use uuid::Uuid;

use super::confession::{Column, Entity, forgotten};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::happening::What;
use crate::registrations::access::Participant;

/// A yes, which may become a no for as long as the evening lasts; a no forgets who was asked.
///
/// # Errors
/// 404 where nobody asked, where the time ran out, or where the answer was no before.
pub async fn respond(app: &App, me: &Participant, confession: Uuid, agrees: bool) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let answered = match agrees {
        true => Entity::update_many().col_expr(Column::Agreed, Expr::value(true)),
        false => forgotten(),
    };
    let still_asked = Column::Agreed.eq(true).or(Column::AnswerBy.gt(app.now()));
    let answered = answered
        .filter(Column::Id.eq(confession))
        .filter(Column::AskedOf.eq(me.registration.id))
        .filter(still_asked)
        .exec(&txn)
        .await?;
    if answered.rows_affected == 0 {
        return Err(Refused::not_found().into());
    }
    txn.commit().await?;
    app.happenings.announce(me.event.id, What::StageMoved);
    Ok(())
}
