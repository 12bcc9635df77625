//! An administrator of a house that keeps its letters opens one, to hand on what it says. Their
//! password is asked for again (and a code where they have a second factor), it is on record, and the addressee reads on their data page that it was
//! opened.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::outbox::{self, Opened};
use crate::accounts::asker::Asker;
use crate::accounts::prove::Proof;
use crate::accounts::prove_again::prove_again;
use crate::app::App;
use crate::audit;
use crate::error::{Error, Refused};
use crate::mail::{letter, opening};
use crate::organizations::access::Administrator;

pub enum NotOpened {
    Unknown,
    /// It goes or went out by mail, tells how somebody fared, or says nothing any more.
    Closed,
}

impl From<NotOpened> for Error {
    fn from(not: NotOpened) -> Self {
        match not {
            NotOpened::Unknown => Refused::not_found(),
            NotOpened::Closed => {
                Refused::conflict("letter_closed", "What this letter says is for its addressee alone.")
            }
        }
        .into()
    }
}

/// Opens a letter.
///
/// # Errors
/// 404; 409 `letter_closed`; 401 and 429 as [`prove_again`].
pub async fn open_letter(
    app: &App,
    asker: &Asker,
    by: &Administrator,
    id: Uuid,
    proof: &Proof,
) -> Result<Opened, Error> {
    // Judged before anybody types a password for nothing, and again below.
    let find = || letter::Entity::find_by_id(id).filter(outbox::visible());
    let found = find().one(app.database.reader()).await?.ok_or(NotOpened::Unknown)?;
    if !outbox::opens(app, &found) {
        return Err(NotOpened::Closed.into());
    }
    let proven = prove_again(app, asker, &by.0, proof).await?;
    let txn = app.database.begin_write().await?;
    let (administrator, _) = proven.hold(app, &txn).await?;
    let letter = find().one(&txn).await?.ok_or(NotOpened::Unknown)?;
    let contents = match letter.contents(&app.secrets)? {
        Some(contents) if outbox::opens(app, &letter) => contents,
        _ => return Err(NotOpened::Closed.into()),
    };
    let entry = audit::Entry {
        actor: Some(administrator.id),
        event_id: letter.event_id,
        action: "letter_opened",
        subject: Some(("letter", id)),
        detail: json!({ "kind": letter.kind }),
        ..Default::default()
    };
    audit::record(&txn, app, entry).await?;
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
