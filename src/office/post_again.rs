//! An administrator has a letter tried again that was given up.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::refusals::LETTER_NOT_FAILED;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::mail::letter::{self, State};
use crate::organizations::access::Administrator;

/// Puts a letter back among those that wait, with all its tries ahead of it.
///
/// # Errors
/// 404; 409 `letter_not_failed`.
pub async fn post_again(app: &App, by: &Administrator, id: Uuid) -> Result<letter::Model, Error> {
    let txn = app.database.begin_write().await?;
    let letter = letter::Entity::find_by_id(id).lock_exclusive().one(&txn).await?.ok_or_else(Refused::not_found)?;
    if letter.state != State::Failed {
        return Err(LETTER_NOT_FAILED.into());
    }
    let entry = Deed::LetterPostedAgain
        .by(by.0.account_id)
        .of_event(letter.event_id)
        .about("letter", id)
        .with(json!({ "kind": letter.kind, "tries": letter.tries }));
    let mut row: letter::ActiveModel = letter.into();
    row.state = Set(State::Waiting);
    row.tries = Set(0);
    row.refusals = Set(0);
    row.not_before = Set(app.now());
    let letter = row.update(&txn).await?;
    entry.record(&txn, app).await?;
    txn.commit().await?;
    app.postbell.notify_one();
    Ok(letter)
}
