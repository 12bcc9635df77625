//! What stands in a circle, as a member sees it: people by nickname and number, never by an id.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::member::{self, Member};
use super::note::{self, Column, State};
use crate::error::{Error, Fault, Refused};
use crate::paging::{Page, Paging};
use crate::registrations::exclusion;

/// Somebody's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CircleNote)]
pub struct Note {
    pub id: Uuid,
    /// The organizer (主办方) speaks.
    pub announcement: bool,
    /// None where the organizer speaks.
    pub author: Option<Member>,
    /// As it was typed: plain text, to be escaped where it is shown.
    pub body: String,
    pub at: DateTime<Utc>,
    /// `shown` or `kept` for everybody; other states only to the author.
    pub state: State,
    /// What the organizer said when deciding, to the author alone.
    pub reason: Option<String>,
    /// How many answers there are; 0 of an answer.
    pub replies: i64,
}

/// What one person may see of a circle.
pub struct Sight {
    event_id: Uuid,
    me: Uuid,
    /// Whom they do not see.
    hidden: HashSet<Uuid>,
}

impl Sight {
    pub async fn of(db: &impl ConnectionTrait, event_id: Uuid, me: Uuid) -> Result<Self, DbErr> {
        Ok(Self { event_id, me, hidden: exclusion::out_of_sight(db, me).await? })
    }

    /// What everybody sees and what is mine, as long as I have not taken it down.
    fn notes(&self) -> Select<note::Entity> {
        let mine = Condition::all().add(Column::RegistrationId.eq(self.me)).add(Column::State.ne(State::Withdrawn));
        self.in_sight().filter(Condition::any().add(Column::State.is_in(note::SEEN)).add(mine))
    }

    fn in_sight(&self) -> Select<note::Entity> {
        let hidden = self.hidden.iter().copied();
        let others = Condition::any().add(Column::RegistrationId.is_null());
        note::Entity::of_event(self.event_id).filter(others.add(Column::RegistrationId.is_not_in(hidden)))
    }

    /// The members I see, by number.
    pub async fn members(&self, db: &impl ConnectionTrait) -> Result<Vec<Member>, DbErr> {
        let joined = member::Entity::of_event(self.event_id).all(db).await?;
        let joined = joined.into_iter().map(|member| member.registration_id);
        let named = member::named(db, joined.filter(|id| !self.hidden.contains(id)), self.me).await?;
        let mut members: Vec<Member> = named.into_values().collect();
        members.sort_by(|one, other| one.badge.cmp(&other.badge));
        Ok(members)
    }

    /// What was said to all, newest first.
    ///
    /// # Errors
    /// 422 for a bad page.
    pub async fn posts(&self, db: &impl ConnectionTrait, paging: &Paging) -> Result<Page<Note>, Error> {
        let mut rows = self.notes().filter(Column::About.is_null());
        if let Some(after) = paging.after()? {
            rows = rows.filter(Column::Id.lt(after));
        }
        let limit = paging.limit()?;
        let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(db).await?;
        Ok(self.page(db, rows, limit).await?)
    }

    /// The answers to one thing, oldest first.
    ///
    /// # Errors
    /// 404 where everybody does not see it, or I do not; 422 for a bad page.
    pub async fn replies(&self, db: &impl ConnectionTrait, id: Uuid, paging: &Paging) -> Result<Page<Note>, Error> {
        let about = self.in_sight().filter(Column::Id.eq(id)).filter(Column::About.is_null());
        let about = about.filter(Column::State.is_in(note::SEEN)).one(db).await?.ok_or_else(Refused::not_found)?;
        let mut rows = self.notes().filter(Column::About.eq(about.id));
        if let Some(after) = paging.after()? {
            rows = rows.filter(Column::Id.gt(after));
        }
        let limit = paging.limit()?;
        let rows = rows.order_by_asc(Column::Id).limit(limit + 1).all(db).await?;
        Ok(self.page(db, rows, limit).await?)
    }

    /// One thing I see, said to all or an answer.
    ///
    /// # Errors
    /// 404.
    pub async fn one(&self, db: &impl ConnectionTrait, id: Uuid) -> Result<Note, Error> {
        let row = self.notes().filter(Column::Id.eq(id)).one(db).await?.ok_or_else(Refused::not_found)?;
        let page = self.page(db, vec![row], 1).await?;
        page.items.into_iter().next().ok_or_else(|| Refused::not_found().into())
    }

    async fn page(&self, db: &impl ConnectionTrait, rows: Vec<note::Model>, limit: u64) -> Result<Page<Note>, Fault> {
        let authors = member::named(db, rows.iter().filter_map(|row| row.registration_id), self.me).await?;
        let replies = self.reply_counts(db, rows.iter().map(|row| row.id)).await?;
        let note = |row: note::Model| Note {
            announcement: row.registration_id.is_none(),
            author: row.registration_id.and_then(|author| authors.get(&author).cloned()),
            replies: replies.get(&row.id).copied().unwrap_or(0),
            reason: row.reason.filter(|_| row.registration_id == Some(self.me)),
            id: row.id,
            body: row.body,
            at: row.at,
            state: row.state,
        };
        Ok(Page::of(rows, limit, |row| row.id, note))
    }

    async fn reply_counts(
        &self,
        db: &impl ConnectionTrait,
        posts: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, i64>, DbErr> {
        let counts = self
            .in_sight()
            .filter(Column::About.is_in(posts))
            .filter(Column::State.is_in(note::SEEN))
            .select_only()
            .column(Column::About)
            .column_as(Column::Id.count(), "replies")
            .group_by(Column::About)
            .into_tuple::<(Uuid, i64)>()
            .all(db)
            .await?;
        Ok(counts.into_iter().collect())
    }
}
