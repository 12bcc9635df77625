//! A participant notes something for themselves about somebody they sat with.

use garde::Validate;
use sea_orm::EntityTrait;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{date_note, mine};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::registrations::access::Participant;

/// A note to oneself; it replaces the one before, and an empty one takes it away.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    #[garde(length(chars, max = 500))]
    pub words: String,
}

/// Keeps a note about whom I sat with in a round.
///
/// # Errors
/// 404 where I sat with nobody in that round, or not yet.
pub async fn jot(app: &App, me: &Participant, round: i32, note: NewNote) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let seat = mine::seat(&txn, me, round).await?.filter(|seat| seat.round.is_played());
    let about = seat.and_then(|seat| seat.partner).ok_or_else(Refused::not_found)?.registration_id;
    let written_by = me.registration.id;
    match note.words.trim() {
        "" => {
            date_note::Entity::delete_by_id((written_by, about)).exec(&txn).await?;
        }
        text => date_note::put(&txn, app, (written_by, about), text).await?,
    }
    txn.commit().await
}
