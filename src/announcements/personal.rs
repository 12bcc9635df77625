//! What this room holds about a person. Announcements somebody got are among their letters; what a member of staff sent stays
//! on record, by the id of an account of which nothing else is left once it is erased.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::announcement;
use crate::error::Error;

/// What the person announced.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, Error> {
    let mine = announcement::Entity::find().filter(announcement::Column::SentBy.eq(account)).all(db).await?;
    let mine = mine.iter().map(|one| json!({ "subject": one.subject, "text": one.words, "sent_at": one.sent_at }));
    Ok(mine.collect())
}
