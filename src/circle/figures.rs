//! How a circle is doing.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::note::{self, Column};
use super::{member, queue};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub members: u64,
    /// Of members, in sight.
    pub posts: u64,
    pub replies: u64,
    /// Waiting for the organizer.
    pub reported: u64,
}

pub async fn of(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Figures, DbErr> {
    let seen = || note::Entity::of_event(event_id).filter(Column::State.is_in(note::SEEN));
    let posts = seen().filter(Column::About.is_null()).filter(Column::RegistrationId.is_not_null());
    Ok(Figures {
        members: member::count(db, event_id).await?,
        posts: posts.count(db).await?,
        replies: seen().filter(Column::About.is_not_null()).count(db).await?,
        reported: queue::waiting(event_id).count(db).await?,
    })
}
