//! What this room holds about a person. Announcements somebody got are among their letters; what a member of staff sent stays
//! on record, by the id of an account of which nothing else is left once it is erased.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::announcement;
use crate::app::App;
use crate::error::Fault;

/// What the person announced.
pub async fn export(db: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<Value, Fault> {
    let mine = announcement::Entity::find().filter(announcement::Column::SentBy.eq(account)).all(db).await?;
    let row = |one: &announcement::Model| {
        let opened = one.open_text(app)?;
        Ok(json!({ "subject": opened.subject, "text": opened.text, "sent_at": one.sent_at }))
    };
    mine.iter().map(row).collect()
}
