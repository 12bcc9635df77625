//! An organizer writes to many: letters, history and audit in one transaction.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::announcement::{self, AnnouncementText, sent};
use super::letters;
use super::message::{Message, once};
use super::refusals::NOBODY_TO_WRITE_TO;
use super::whom::{self, Reader};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::folding;
use crate::mail::letter;

/// How many rows one statement writes or names.
const MANY: usize = 1_000;

/// What came of it.
#[derive(Clone, Debug)]
pub struct Announced {
    pub announcement: announcement::Model,
    /// How many letters were written now.
    pub written: usize,
    /// How many had the same message already and did not get it again.
    pub already: usize,
}

/// Writes to everybody meant who has not had these words yet. Said again it writes to nobody and tells what was sent first.
///
/// # Errors
/// 409 `nobody_to_write_to`; 422 `invalid` where half the English is missing.
pub async fn announce(app: &App, by: &Organizer, message: Message) -> Result<Announced, Error> {
    message.whole()?;
    let txn = app.database.begin_write().await?;
    // One announcement at a time, so that two who send the same do not both write it. The desks go on scanning.
    let event = event::Entity::find_by_id(by.event.id).lock(LockType::NoKeyUpdate).one(&txn).await?;
    let event = event.ok_or_else(Refused::not_found)?;
    let people = whom::readers(&txn, app, event.id, &message.to).await?;
    if people.is_empty() {
        return Err(NOBODY_TO_WRITE_TO.into());
    }
    let digest = message.digest();
    let had = had(&txn, event.id, &digest, &people).await?;
    let fresh: Vec<&Reader> =
        people.iter().filter(|one| !had.contains(&once(event.id, &digest, one.account_id))).collect();
    let already = people.len() - fresh.len();
    if fresh.is_empty()
        && let Some(announcement) = announcement::saying(&txn, event.id, &digest).await?
    {
        return Ok(Announced { announcement, written: 0, already });
    }
    let letter =
        |one: &Reader| letters::letter(app, &event, &message, one, Some(once(event.id, &digest, one.account_id)));
    let letters = fresh.into_iter().map(letter).collect::<Result<_, _>>()?;
    let letters = letter::post_all(&txn, app, letters).await?;
    let announcement = written(&txn, app, by, &message, digest, letters.len()).await?;
    for some in letters.chunks(MANY) {
        let rows = some
            .iter()
            .map(|letter| sent::ActiveModel { letter_id: Set(*letter), announcement_id: Set(announcement.id) });
        sent::Entity::insert_many(rows).exec_without_returning(&txn).await?;
    }
    txn.commit().await?;
    Ok(Announced { announcement, written: letters.len(), already })
}

/// Of these people's letters with these words, those that were written before.
pub(super) async fn had(
    db: &impl sea_orm::ConnectionTrait,
    event_id: Uuid,
    digest: &str,
    people: &[Reader],
) -> Result<HashSet<String>, Fault> {
    let mut had = HashSet::new();
    for some in people.chunks(MANY) {
        let keys = some.iter().map(|one| once(event_id, digest, one.account_id));
        let known: Vec<Option<String>> = letter::Entity::find()
            .select_only()
            .column(letter::Column::Dedupe)
            .filter(letter::Column::Dedupe.is_in(keys))
            .into_tuple()
            .all(db)
            .await?;
        had.extend(known.into_iter().flatten());
    }
    Ok(had)
}

async fn written(
    txn: &Write,
    app: &App,
    by: &Organizer,
    message: &Message,
    digest: String,
    people: usize,
) -> Result<announcement::Model, Fault> {
    let id = app.new_id();
    let contents = AnnouncementText {
        subject: folding::line(&message.subject),
        text: message.text.trim().to_owned(),
        subject_en: message.subject_en.as_deref().map(folding::line),
        text_en: message.text_en.as_ref().map(|part| part.trim().to_owned()),
    };
    let row = announcement::ActiveModel {
        id: Set(id),
        event_id: Set(by.event.id),
        message: Set(contents.sealed(app, id)?),
        whom: Set(serde_json::to_value(&message.to).map_err(Fault::of)?),
        digest: Set(digest),
        people: Set(i32::try_from(people).unwrap_or(i32::MAX)),
        sent_by: Set(by.account.account_id),
        sent_at: Set(app.now()),
    };
    let announcement = row.insert(txn).await?;
    by.records(Deed::AnnouncementSent)
        .about("announcement", announcement.id)
        .with(json!({ "people": people, "to": message.to }))
        .record(txn, app)
        .await?;
    Ok(announcement)
}
