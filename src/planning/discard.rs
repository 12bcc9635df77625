//! An organizer throws a draft away that nobody else ever saw.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::refusals::ALREADY_PUBLISHED;
use crate::app::App;
use crate::audit::{Deed, entry};
use crate::draws::draw;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::events::{device, event};
use crate::happening::What;
use crate::plaza::quiz;
use crate::stage::{pass, step};

/// Deletes a draft with everything of it; that it was there stays on record.
///
/// # Errors
/// 409 `already_published`, also where it was taken back since; 404 where it is gone.
pub async fn discard(app: &App, by: &Organizer) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    if event.published_at.is_some() || was_published(&txn, event.id).await? {
        return Err(ALREADY_PUBLISHED.into());
    }
    // Hosts, crew and invitations go with the row; what was set up for the evening stands in its way.
    quiz::Entity::delete_many().filter(quiz::Column::EventId.eq(event.id)).exec(&txn).await?;
    draw::Entity::delete_many().filter(draw::Column::EventId.eq(event.id)).exec(&txn).await?;
    step::Entity::delete_many().filter(step::Column::EventId.eq(event.id)).exec(&txn).await?;
    device::Entity::delete_many().filter(device::Column::EventId.eq(event.id)).exec(&txn).await?;
    pass::Entity::delete_many().filter(pass::Column::EventId.eq(event.id)).exec(&txn).await?;
    event::Entity::delete_by_id(event.id).exec(&txn).await?;
    by.records(Deed::EventDiscarded)
        .about("event", event.id)
        .with(json!({ "slug": event.slug, "title": event.title }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(())
}

/// Whether it was ever shown to the world: the record forgets nothing.
async fn was_published(txn: &impl ConnectionTrait, event_id: Uuid) -> Result<bool, Fault> {
    let entries = entry::Entity::find().filter(entry::Column::EventId.eq(event_id));
    Ok(entries.filter(entry::Column::Action.eq(Deed::EventPublished.name())).count(txn).await? > 0)
}
