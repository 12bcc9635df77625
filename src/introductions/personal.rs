//! What this room holds about a person, and how it forgets it.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{answer, given, introduction, offer, request};
use crate::app::App;
use crate::error::{Error, Fault};

/// What the person asked, answered and gave; nothing of what others did.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<Value, Error> {
    let requests = request::Entity::find().filter(request::Column::AccountId.eq(account)).all(db).await?;
    let answers = answer::Entity::find().filter(answer::Column::AccountId.eq(account)).all(db).await?;
    let offers = offer::Entity::find().filter(offer::Column::AccountId.eq(account)).all(db).await?;
    let given = given::Entity::find().filter(given::Column::AccountId.eq(account)).all(db).await?;
    let introduced = introduction::Entity::with(account).filter(introduction::Column::TogetherAt.is_not_null());
    let introduced = introduced.all(db).await?;
    let proposed = introduction::Entity::find().filter(introduction::Column::ProposedBy.eq(account)).all(db).await?;
    let request = |row: &request::Model| {
        Ok(json!({"wish": row.wish(app)?, "shows": row.shows, "event_id": row.event_id, "at": row.asked_at}))
    };
    let answer = |row: &answer::Model| {
        Ok(json!({"introduction_id": row.introduction_id, "yes": row.is_yes(app)?, "at": row.at}))
    };
    let offers = offers
        .iter()
        .map(|row| json!({"introduction_id": row.introduction_id, "fields": row.fields, "at": row.offered_at}));
    let given = given
        .iter()
        .map(|row| Ok(json!({"introduction_id": row.introduction_id, "details": row.details(app)?, "at": row.at})));
    Ok(json!({
        "requests": requests.iter().map(request).collect::<Result<Vec<_>, Error>>()?,
        "answers": answers.iter().map(answer).collect::<Result<Vec<_>, Error>>()?,
        "introduced": introduced.iter().map(|row| json!({"id": row.id, "at": row.together_at})).collect::<Vec<_>>(),
        "contact_offers": offers.collect::<Vec<_>>(),
        "contacts_given": given.collect::<Result<Vec<_>, Error>>()?,
        "proposed_by_you": proposed.iter().map(|row| json!({"at": row.proposed_at})).collect::<Vec<_>>(),
    }))
}

/// Takes back what the person asked, answered, offered and gave. That two were proposed stays, so that whoever waits is
/// not told by it.
pub async fn erase(txn: &impl ConnectionTrait, account: Uuid) -> Result<(), Fault> {
    request::Entity::delete_many().filter(request::Column::AccountId.eq(account)).exec(txn).await?;
    answer::Entity::delete_many().filter(answer::Column::AccountId.eq(account)).exec(txn).await?;
    offer::Entity::delete_many().filter(offer::Column::AccountId.eq(account)).exec(txn).await?;
    given::Entity::delete_many().filter(given::Column::AccountId.eq(account)).exec(txn).await?;
    Ok(())
}
