//! What this room holds about a person, and how it forgets it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{badge, code};
use crate::app::App;
use crate::error::Fault;

/// The numbers the person wears; the code is shown at the badge itself.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let badges = badge::Entity::find().filter(badge::Column::RegistrationId.is_in(registrations.iter().copied()));
    let badges = badges.all(db).await?;
    let badges = badges
        .iter()
        .map(|badge| json!({"event_id": badge.event_id, "number": badge.label(), "issued_at": badge.issued_at}));
    Ok(badges.collect())
}

/// Revokes the codes. Numbers stay: they are never given to anybody else.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<(), Fault> {
    let badges = badge::Entity::find().filter(badge::Column::RegistrationId.is_in(registrations.iter().copied()));
    let badges = badges.all(txn).await?.into_iter().map(|badge| badge.id);
    code::Entity::update_many()
        .col_expr(code::Column::RevokedAt, Expr::value(app.now()))
        .filter(code::Column::BadgeId.is_in(badges))
        .filter(code::Column::RevokedAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}
