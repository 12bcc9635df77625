//! What the outbox holds about a person, and how it forgets it.

use sea_orm::ActiveValue::Set;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::letter::{self, State};
use super::opening;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::sealed;

fn of(app: &App, account: Uuid, email: &str) -> Condition {
    let digest = sealed::LETTER_RECIPIENT.digest(&app.secrets, email);
    Condition::any().add(letter::Column::AccountId.eq(account)).add(letter::Column::RecipientDigest.eq(digest))
}

/// Every letter to a person, as text as long as it is kept, and who opened one; links that open
/// something are left out.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<Value, Error> {
    let letters = letter::Entity::find().filter(of(app, account, email)).order_by_asc(letter::Column::Id);
    let letters = letters.all(db).await?.into_iter().map(|letter| {
        let contents = letter.contents(&app.secrets)?;
        let text = contents.as_ref().map(|contents| {
            contents.plain.lines().filter(|line| !line.contains("token=")).collect::<Vec<_>>().join("\n")
        });
        Ok(json!({
            "kind": letter.kind,
            "subject": contents.map(|contents| contents.subject),
            "text": text,
            "posted_at": letter.posted_at,
            "sent_at": letter.sent_at,
        }))
    });
    let openings = opening::of_person(db, app, account, email).await?;
    Ok(json!({
        "letters": letters.collect::<Result<Vec<_>, Error>>()?,
        "opened_by_an_administrator": openings.iter().map(|row| json!({"kind": row.kind, "at": row.at})).collect::<Vec<_>>(),
    }))
}

/// Forgets what was written to a person and where. That something was written stays on record;
/// what was not sent yet never will be.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid, email: &str) -> Result<(), Fault> {
    opening::forget(txn, app, account, email).await?;
    letter::Entity::delete_many()
        .filter(of(app, account, email))
        .filter(letter::Column::State.eq(State::Waiting))
        .exec(txn)
        .await?;
    let ids = letter::Entity::find().select_only().column(letter::Column::Id).filter(of(app, account, email));
    for id in ids.into_tuple::<Uuid>().all(txn).await? {
        let row = letter::ActiveModel {
            id: Set(id),
            recipient: Set(sealed::LETTER_RECIPIENT.seal(&app.secrets, &[id], "")?),
            recipient_digest: Set(None),
            contents: Set(None),
            last_error: Set(None),
            ..Default::default()
        };
        row.update(txn).await?;
    }
    Ok(())
}
