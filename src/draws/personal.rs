//! What this room holds about a person. A list that was published stays as it was published: its lines name a number
//! and a registration, and of an erased account nothing else is left.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{call, draw, entry, win};
use crate::error::Fault;

/// The person's lines, the numbers they called, and what they won.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let entries = entry::Entity::find().filter(entry::Column::RegistrationId.is_in(mine())).all(db).await?;
    let calls = call::Entity::find().filter(call::Column::RegistrationId.is_in(mine())).all(db).await?;
    let wins = win::Entity::find().filter(win::Column::RegistrationId.is_in(mine())).all(db).await?;
    let held = |draw: &Uuid| wins.iter().filter(|won| won.draw_id == *draw).map(|won| won.prize).collect::<Vec<_>>();
    let drawn = draw::Entity::find()
        .filter(draw::Column::Id.is_in(entries.iter().map(|line| line.draw_id)))
        .filter(draw::Column::HeldAt.is_not_null())
        .select_only()
        .column(draw::Column::Id);
    let drawn: HashSet<Uuid> = drawn.into_tuple::<Uuid>().all(db).await?.into_iter().collect();
    // Whoever knew the own leaf before the draw could choose what it is drawn by.
    let leaf = |line: &entry::Model| drawn.contains(&line.draw_id).then(|| line.leaf.clone());
    let lines = entries.iter().map(|line| {
        json!({
            "draw_id": line.draw_id, "number": line.number, "leaf": leaf(line),
            "passed_over": line.passed_over, "prizes": held(&line.draw_id),
        })
    });
    let called = calls.iter().map(|call| json!({ "draw_id": call.draw_id, "number": call.number, "at": call.at }));
    Ok(json!({ "lines": lines.collect::<Vec<_>>(), "called": called.collect::<Vec<_>>() }))
}
