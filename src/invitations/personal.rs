//! What this room holds about a person, and how it forgets it.

use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{invitation, invited_person};
use crate::app::App;
use crate::error::Fault;

/// Who invited the person to what, and what their list said.
pub async fn export(db: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<Value, Fault> {
    let rows = invitation::Entity::find().filter(invitation::about(app, account, email));
    let rows = rows.order_by_asc(invitation::Column::Id).all(db).await?;
    let mut rows_out = Vec::with_capacity(rows.len());
    for row in rows {
        rows_out.push(json!({
            "kind": row.kind,
            "organization_id": row.organization_id,
            "event_id": row.event_id,
            "unit_id": row.unit_id,
            "state": row.state_at(app.now()),
            "words": invited_person::of(app, &row)?,
            "invited_at": row.invited_at,
            "sent_at": row.sent_at,
            "expires_at": row.expires_at,
            "answered_at": row.answered_at,
        }));
    }
    Ok(Value::Array(rows_out))
}

/// Throws away every invitation to the person.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<(), Fault> {
    invitation::Entity::delete_many().filter(invitation::about(app, account, email)).exec(txn).await?;
    Ok(())
}
