//! One announcement that was sent, and the letters it became.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Fault;
use crate::sealed::{self, Sealed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "announcement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// Sealed [`AnnouncementText`].
    #[sea_orm(column_name = "message_sealed")]
    pub message: Sealed,
    /// To whom, as it was asked.
    pub whom: Json,
    /// Of all the words: the same words are the same message.
    pub digest: String,
    /// How many letters it became.
    pub people: i32,
    pub sent_by: Uuid,
    pub sent_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What was written to many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementText {
    pub subject: String,
    pub text: String,
    pub subject_en: Option<String>,
    pub text_en: Option<String>,
}

impl AnnouncementText {
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn sealed(&self, app: &App, id: Uuid) -> Result<Sealed, Fault> {
        let json = serde_json::to_string(self).map_err(Fault::of)?;
        sealed::ANNOUNCEMENT.seal(&app.secrets, &[id], &json)
    }
}

impl Model {
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn open_text(&self, app: &App) -> Result<AnnouncementText, Fault> {
        let json = sealed::ANNOUNCEMENT.open(&app.secrets, &[self.id], &self.message)?;
        serde_json::from_str(&json).map_err(Fault::of)
    }
}

/// Which announcement a letter belongs to.
pub mod sent {
    use sea_orm::entity::prelude::*;

    use crate::mail::letter;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "announcement_letter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub letter_id: Uuid,
        pub announcement_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "letter::Entity", from = "Column::LetterId", to = "letter::Column::Id")]
        Letter,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// The latest announcement of an event with these words.
pub async fn saying(db: &impl ConnectionTrait, event_id: Uuid, digest: &str) -> Result<Option<Model>, DbErr> {
    Entity::of_event(event_id).filter(Column::Digest.eq(digest)).order_by_desc(Column::Id).one(db).await
}
