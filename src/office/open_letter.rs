//! An administrator of a house that keeps its letters opens one, to hand on what it says. Their
//! password is asked for again (and a code where they have a second factor), it is on record, and the addressee reads on their data page that it was
//! opened.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::outbox::{self, Opened};
use super::refusals::LETTER_CLOSED;
use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::reauthenticate;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::mail::{letter, opening};
use crate::organizations::access::Administrator;

/// Opens a letter.
///
/// # Errors
/// 404; 409 `letter_closed`; 401 and 429 as [`reauthenticate`].
pub async fn open_letter(
    app: &App,
    asker: &Asker,
    by: &Administrator,
    id: Uuid,
    proof: &Proof,
) -> Result<Opened, Error> {
    // Judged before anybody types a password for nothing, and again below.
    let find = || letter::Entity::find_by_id(id).filter(outbox::visible());
    let found = find().one(app.database.reader()).await?.ok_or_else(Refused::not_found)?;
    if !outbox::opens(app, &found) {
        return Err(LETTER_CLOSED.into());
    }
    let proven = reauthenticate(app, asker, &by.0, proof).await?;
    let txn = app.database.begin_write().await?;
    let (administrator, _) = proven.hold(app, &txn).await?;
    let letter = find().one(&txn).await?.ok_or_else(Refused::not_found)?;
    let contents = match letter.contents(&app.secrets)? {
        Some(contents) if outbox::opens(app, &letter) => contents,
        _ => return Err(LETTER_CLOSED.into()),
    };
    Deed::LetterOpened
        .by(administrator.id)
        .of_event(letter.event_id)
        .about("letter", id)
        .with(json!({ "kind": letter.kind }))
        .record(&txn, app)
        .await?;
    let row = opening::ActiveModel {
        id: Set(app.new_id()),
        letter_id: Set(id),
        kind: Set(letter.kind.clone()),
        account_id: Set(letter.account_id),
        recipient_digest: Set(letter.recipient_digest.clone().unwrap_or_default()),
        opened_by: Set(administrator.id),
        at: Set(app.now()),
    };
    row.insert(&txn).await?;
    txn.commit().await?;
    Ok(outbox::opened_letter(outbox::listed(app, letter)?, contents))
}
