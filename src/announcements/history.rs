//! What was announced so far, and what became of the letters.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::announcement::{self, AnnouncementText, sent};
use super::whom::Whom;
use crate::accounts::profile;
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::mail::letter::{self, State};
use crate::paging::{Page, Paging};
use crate::registrations::registration;

/// An announcement with the fate of its letters.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Announcement)]
pub struct AnnouncementView {
    pub id: Uuid,
    pub subject: String,
    pub text: String,
    pub subject_en: Option<String>,
    pub text_en: Option<String>,
    pub to: Whom,
    pub sent_at: DateTime<Utc>,
    /// How many letters it became, and how many of them went, wait, or were given up.
    pub people: i32,
    pub sent: i64,
    pub waiting: i64,
    pub failed: i64,
}

/// Somebody whose letter was given up; organizers reach people by letter only, so the address stays untold.
#[derive(Clone, Debug)]
pub struct Missed {
    pub number: String,
    pub nickname: String,
}

/// A page of an event's announcements, the latest first.
///
/// # Errors
/// 422 for a limit or cursor that cannot be.
pub async fn page(
    app: &App,
    db: &impl ConnectionTrait,
    event_id: Uuid,
    paging: &Paging,
) -> Result<Page<AnnouncementView>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut rows = announcement::Entity::of_event(event_id).order_by_desc(announcement::Column::Id).limit(limit + 1);
    if let Some(after) = after {
        rows = rows.filter(announcement::Column::Id.lt(after));
    }
    let rows = rows.all(db).await?;
    let fates = fates(db, &rows).await?;
    let page = Page::of(rows, limit, |row| row.id, |row| announcement_view(app, row, &fates));
    Ok(Page { items: page.items.into_iter().collect::<Result<_, _>>()?, next: page.next })
}

/// One of an event's announcements, and whom it did not reach.
///
/// # Errors
/// 404.
pub async fn one(
    app: &App,
    db: &impl ConnectionTrait,
    event_id: Uuid,
    id: Uuid,
) -> Result<(AnnouncementView, Vec<Missed>), Error> {
    let row = announcement::Entity::find_by_id(id).filter(announcement::Column::EventId.eq(event_id)).one(db).await?;
    let row = row.ok_or_else(Refused::not_found)?;
    let fates = fates(db, std::slice::from_ref(&row)).await?;
    Ok((announcement_view(app, row, &fates)?, missed(db, event_id, id).await?))
}

type Fates = Vec<(Uuid, State, i64)>;

async fn fates(db: &impl ConnectionTrait, rows: &[announcement::Model]) -> Result<Fates, Fault> {
    Ok(sent::Entity::find()
        .select_only()
        .column(sent::Column::AnnouncementId)
        .column(letter::Column::State)
        .column_as(letter::Column::Id.count(), "letters")
        .join(JoinType::InnerJoin, sent::Relation::Letter.def())
        .filter(sent::Column::AnnouncementId.is_in(rows.iter().map(|row| row.id)))
        .group_by(sent::Column::AnnouncementId)
        .group_by(letter::Column::State)
        .into_tuple()
        .all(db)
        .await?)
}

fn announcement_view(app: &App, row: announcement::Model, fates: &Fates) -> Result<AnnouncementView, Fault> {
    let AnnouncementText { subject, text, subject_en, text_en } = row.open_text(app)?;
    let count = |state: State| {
        fates.iter().find(|(id, fate, _)| *id == row.id && *fate == state).map_or(0, |(.., letters)| *letters)
    };
    Ok(AnnouncementView {
        id: row.id,
        sent: count(State::Sent),
        waiting: count(State::Waiting),
        failed: count(State::Failed),
        subject,
        text,
        subject_en,
        text_en,
        to: serde_json::from_value(row.whom).unwrap_or_default(),
        sent_at: row.sent_at,
        people: row.people,
    })
}

async fn missed(db: &impl ConnectionTrait, event_id: Uuid, id: Uuid) -> Result<Vec<Missed>, Fault> {
    let accounts: Vec<Option<Uuid>> = sent::Entity::find()
        .select_only()
        .column(letter::Column::AccountId)
        .join(JoinType::InnerJoin, sent::Relation::Letter.def())
        .filter(sent::Column::AnnouncementId.eq(id))
        .filter(letter::Column::State.eq(State::Failed))
        .limit(500)
        .into_tuple()
        .all(db)
        .await?;
    let accounts: Vec<Uuid> = accounts.into_iter().flatten().collect();
    let of_them = registration::Column::AccountId.is_in(accounts.iter().copied());
    let rows = registration::Entity::of_event(event_id).filter(of_them);
    let rows = rows.order_by_asc(registration::Column::Number).all(db).await?;
    let names = profile::nicknames(db, accounts).await?;
    let missed = |row: registration::Model| Missed {
        number: row.label(),
        nickname: names.get(&row.account_id).cloned().unwrap_or_default(),
    };
    Ok(rows.into_iter().map(missed).collect())
}
