//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{online_sheet, sheet};
use crate::app::App;
use crate::error::Fault;

fn mine(app: &App, registrations: &[Uuid]) -> sea_orm::sea_query::SimpleExpr {
    sheet::Column::Author.is_in(registrations.iter().map(|id| sheet::author(app, *id)))
}

fn mine_online(app: &App, registrations: &[Uuid]) -> sea_orm::sea_query::SimpleExpr {
    online_sheet::Column::Author.is_in(registrations.iter().map(|id| online_sheet::author(app, *id)))
}

/// What the person answered.
pub async fn export(db: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<Value, Fault> {
    let sheets = sheet::Entity::find().filter(mine(app, registrations)).all(db).await?;
    let sheets = sheets.iter().map(|row| {
        json!({
            "event_id": row.event_id,
            "overall": row.overall,
            "pace": row.pace.word(),
            "met": row.met,
            "again": row.again,
            "words": row.comment,
        })
    });
    let online = online_sheet::Entity::find().filter(mine_online(app, registrations)).all(db).await?;
    let online = online.iter().map(|row| {
        json!({
            "event_id": row.event_id,
            "overall": row.overall,
            "effort": row.effort.word(),
            "clear": row.clear,
            "again": row.again,
            "words": row.comment,
        })
    });
    Ok(json!({ "answers": sheets.collect::<Vec<_>>(), "online": online.collect::<Vec<_>>() }))
}

/// Takes the person's answers away.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<(), Fault> {
    sheet::Entity::delete_many().filter(mine(app, registrations)).exec(txn).await?;
    online_sheet::Entity::delete_many().filter(mine_online(app, registrations)).exec(txn).await?;
    Ok(())
}
