//! What the audit holds about a person. It forgets nothing: it names people by the id of an
//! account, and of an erased account nothing else is left.

use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Deed, entry};
use crate::error::Fault;

/// When a person signed in last, and how.
pub async fn sign_ins(db: &impl ConnectionTrait, account: Uuid, most: u64) -> Result<Vec<entry::Model>, DbErr> {
    let mine = entry::Entity::find()
        .filter(entry::Column::ActorId.eq(account))
        .filter(entry::Column::Action.eq(Deed::SignedIn.name()))
        .order_by_desc(entry::Column::Id);
    mine.limit(most).all(db).await
}

/// What a person did, and what was done to them.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, Fault> {
    let mine = Condition::any().add(entry::Column::ActorId.eq(account)).add(entry::Column::SubjectId.eq(account));
    let entries = entry::Entity::find().filter(mine).order_by_asc(entry::Column::Id).all(db).await?;
    let entries = entries.iter().map(|entry| {
        json!({
            "at": entry.at,
            "by_you": entry.actor_id == Some(account),
            "action": entry.action,
            "how": entry.detail.get("by").filter(|_| entry.action == Deed::SignedIn.name()),
            "event_id": entry.event_id,
            "organization_id": entry.organization_id,
            "reason": entry.reason,
        })
    });
    Ok(entries.collect())
}
