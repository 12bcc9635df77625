//! A member takes down what they said.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::IntoActiveModel;
use uuid::Uuid;

use super::entrance;
use super::note::{self, State};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::registrations::access::Participant;

/// Takes it down with its words; again changes nothing. What others answered goes out of sight with it.
///
/// # Errors
/// What [`entrance::admit_member`] says; 404 where it is not theirs.
pub async fn take_down(app: &App, who: &Participant, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_member(&txn, app, who).await?;
    let note = note::hold(&txn, inside.event.id, id).await?;
    if note.registration_id != Some(inside.registration_id) {
        return Err(Refused::not_found().into());
    }
    let mut row = note.into_active_model();
    row.body = Set(String::new());
    row.reason = Set(None);
    row.state = Set(State::Withdrawn);
    row.update(&txn).await?;
    txn.commit().await
}
