//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{icebreaker_seat, talent};
use crate::error::Fault;
use crate::registrations::group_member;

pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let groups = group_member::Entity::find().filter(group_member::Column::RegistrationId.is_in(mine()));
    let games = icebreaker_seat::Entity::find().filter(icebreaker_seat::Column::RegistrationId.is_in(mine()));
    let talents = talent::Entity::find().filter(talent::Column::RegistrationId.is_in(mine()));
    let (groups, games, talents) = (groups.all(db).await?, games.all(db).await?, talents.all(db).await?);
    Ok(json!({
        "groups": groups.iter().map(|row| json!({"event_id": row.event_id, "group": row.group_number, "joined_at": row.joined_at})).collect::<Vec<_>>(),
        "icebreakers": games.iter().map(|row| json!({"icebreaker_id": row.icebreaker_id, "pair": row.pair})).collect::<Vec<_>>(),
        "talents": talents.iter().map(|row| json!({"event_id": row.event_id, "title": row.title, "offered_at": row.offered_at})).collect::<Vec<_>>(),
    }))
}

/// Forgets what the person wanted to show, in which group, and with whom they broke the ice.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    let mine = || registrations.iter().copied();
    let seats = icebreaker_seat::Column::RegistrationId.is_in(mine());
    icebreaker_seat::Entity::delete_many().filter(seats).exec(txn).await?;
    talent::Entity::delete_many().filter(talent::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    group_member::Entity::delete_many().filter(group_member::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    Ok(())
}
