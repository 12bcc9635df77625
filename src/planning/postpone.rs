//! An organizer puts an evening off, or holds it elsewhere, and everybody concerned is written to.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::letters;
use super::postponement::{self, PHASES, Postponement};
use crate::app::App;
use crate::audit::Deed;
use crate::badges::badge;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::happening::What;
use crate::mail::letter;
use crate::registrations::precedence;
use crate::screening::deadline;

/// Moves the evening and what is still to come before it. The letter of the day before is due again.
///
/// # Errors
/// 409 `phase_closed` before anybody can apply and once the doors are open; 422 `invalid`.
pub async fn postpone(app: &App, by: &Organizer, wish: Postponement) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let now = app.now();
    let before = event::hold(&txn, by.event.id).await?;
    before.requires_one_of(now, &PHASES)?;
    let moved = wish.moves(&before, now)?;
    let differences = postponement::between(&before, &moved)?;
    let event = moved.into_active_model().reset_all().update(&txn).await?;
    badge::Entity::update_many()
        .col_expr(badge::Column::RemindedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .filter(badge::Column::EventId.eq(event.id))
        .exec(&txn)
        .await?;
    precedence::update_classes(&txn, &event, now).await?;
    deadline::put_off(&txn, &event, now).await?;
    deadline::bring_forward(&txn, &event).await?;
    let reason = wish.reason.trim();
    letter::post_all(&txn, app, letters::of_postponed(&txn, app, (&before, &event), reason).await?).await?;
    by.records(Deed::EventPostponed)
        .about("event", event.id)
        .because(reason)
        .with(json!({ "changes": differences }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(event)
}
