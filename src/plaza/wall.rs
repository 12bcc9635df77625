//! What hangs on the plaza, as a participant sees it: people by nickname, never by an id.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{ConnectionTrait, DbErr, JoinType, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::contribution::{self, Column, Kind, State};
use super::photo::{self, Frame};
use super::{like, portrait, sight};
use crate::accounts::profile;
use crate::error::{Error, Fault, Refused};
use crate::paging::{Page, Paging};
use crate::registrations::registration::{self, Side};

/// Somebody's words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Note {
    pub id: Uuid,
    pub kind: Kind,
    /// None where the person has erased their account.
    pub author: Option<Author>,
    /// As it was typed: plain text, to be escaped where it is shown.
    pub body: String,
    pub at: DateTime<Utc>,
    /// `approved` for everybody; other states only to the author.
    pub state: State,
    /// What the organizer said when deciding, to the author alone.
    pub reason: Option<String>,
    /// Of a post; 0 otherwise.
    pub likes: i64,
    /// Of a post; 0 otherwise.
    pub comments: i64,
    /// Whether I like it.
    pub liked: bool,
    pub photos: Vec<Frame>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    pub nickname: String,
    pub side: Side,
    pub me: bool,
    /// For pages, which make a handle of it; told to nobody.
    #[serde(skip)]
    pub registration_id: Uuid,
    #[serde(skip)]
    pub portrait: Option<Frame>,
}

/// Posts or declarations, newest first: those that are shown of everybody in my sight, and all of mine.
///
/// # Errors
/// 422 for a bad page.
pub async fn hung(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    kind: Kind,
    me: Uuid,
    paging: &Paging,
) -> Result<Page<Note>, Error> {
    let hidden = sight::hidden(db, event_id, me).await?;
    let mine = Condition::all().add(Column::RegistrationId.eq(me)).add(Column::State.ne(State::Withdrawn));
    let visible = Condition::any().add(Column::State.eq(State::Approved)).add(mine);
    let mut rows = contribution::Entity::of_event(event_id)
        .filter(Column::Kind.eq(kind))
        .filter(visible)
        .filter(Column::RegistrationId.is_not_in(hidden.iter().copied()));
    if let Some(after) = paging.after()? {
        rows = rows.filter(Column::Id.lt(after));
    }
    let limit = paging.limit()?;
    let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(db).await?;
    Ok(page(db, rows, limit, me, &hidden).await?)
}

/// One person's posts that are shown, newest first.
pub async fn by_author(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    author: Uuid,
    me: Uuid,
    limit: u64,
) -> Result<Vec<Note>, Fault> {
    let hidden = sight::hidden(db, event_id, me).await?;
    let rows = contribution::Entity::of_event(event_id)
        .filter(Column::RegistrationId.eq(author))
        .filter(Column::Kind.eq(Kind::Post))
        .filter(Column::State.eq(State::Approved));
    let rows = rows.order_by_desc(Column::Id).limit(limit).all(db).await?;
    Ok(page(db, rows, limit, me, &hidden).await?.items)
}

/// The last declaration of each of these people that everybody sees.
pub async fn last_declarations(
    db: &impl ConnectionTrait,
    registrations: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbErr> {
    let rows = contribution::Entity::find()
        .filter(Column::RegistrationId.is_in(registrations))
        .filter(Column::Kind.eq(Kind::Declaration))
        .filter(Column::State.eq(State::Approved))
        .order_by_asc(Column::Id);
    // The latest one wins.
    Ok(rows.all(db).await?.into_iter().map(|row| (row.registration_id, row.body)).collect())
}

/// One thing that is shown, or mine; of this kind, where one is named.
///
/// # Errors
/// 404 where it is not there, not shown, or its author out of my sight.
pub async fn one(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    id: Uuid,
    me: Uuid,
    kind: Option<Kind>,
) -> Result<Note, Error> {
    let found = contribution::Entity::of_event(event_id).filter(Column::Id.eq(id)).one(db).await?;
    let mine = |found: &contribution::Model| found.registration_id == me && found.state != State::Withdrawn;
    let found = found.filter(|found| found.state == State::Approved || mine(found));
    let found = found.filter(|found| kind.is_none_or(|kind| found.kind == kind));
    let hidden = sight::hidden(db, event_id, me).await?;
    let found = contribution::in_sight(db, found, me).await?;
    let page = page(db, vec![found], 1, me, &hidden).await?;
    page.items.into_iter().next().ok_or_else(|| Refused::not_found().into())
}

/// The comments on a post, oldest first.
///
/// # Errors
/// 404 where the post is not shown; 422 for a bad page.
pub async fn comments(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    post: Uuid,
    me: Uuid,
    paging: &Paging,
) -> Result<Page<Note>, Error> {
    let found = contribution::find_approved(event_id, post).filter(Column::Kind.eq(Kind::Post)).one(db).await?;
    let post = contribution::in_sight(db, found, me).await?;
    let hidden = sight::hidden(db, event_id, me).await?;
    let mut rows = contribution::Entity::of_event(event_id)
        .filter(Column::PostId.eq(post.id))
        .filter(Column::State.eq(State::Approved))
        .filter(Column::RegistrationId.is_not_in(hidden.iter().copied()));
    if let Some(after) = paging.after()? {
        rows = rows.filter(Column::Id.gt(after));
    }
    let limit = paging.limit()?;
    let rows = rows.order_by_asc(Column::Id).limit(limit + 1).all(db).await?;
    Ok(page(db, rows, limit, me, &hidden).await?)
}

async fn page(
    db: &impl ConnectionTrait,
    rows: Vec<contribution::Model>,
    limit: u64,
    me: Uuid,
    hidden: &HashSet<Uuid>,
) -> Result<Page<Note>, Fault> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let authors = authors(db, rows.iter().map(|row| row.registration_id), me).await?;
    let likes = likes(db, &ids).await?;
    let comments = comment_counts(db, &ids, hidden).await?;
    let liked = liked_by(db, &ids, me).await?;
    let mut photos = photo::frames(db, ids).await?;
    let note = |row: contribution::Model| Note {
        author: authors.get(&row.registration_id).cloned(),
        likes: likes.get(&row.id).copied().unwrap_or(0),
        comments: comments.get(&row.id).copied().unwrap_or(0),
        liked: liked.contains(&row.id),
        reason: row.reason.filter(|_| row.registration_id == me),
        photos: photos.remove(&row.id).unwrap_or_default(),
        id: row.id,
        kind: row.kind,
        body: row.body,
        at: row.at,
        state: row.state,
    };
    Ok(Page::of(rows, limit, |row| row.id, note))
}

/// The people behind registrations, by nickname.
pub async fn authors(
    db: &impl ConnectionTrait,
    registrations: impl Iterator<Item = Uuid>,
    me: Uuid,
) -> Result<HashMap<Uuid, Author>, DbErr> {
    let wanted: HashSet<Uuid> = registrations.collect();
    let portraits = portrait::load_approved(db, wanted.iter().copied()).await?;
    let profile = registration::Entity::belongs_to(profile::Entity)
        .from(registration::Column::AccountId)
        .to(profile::Column::AccountId)
        .into();
    let people = registration::Entity::find()
        .filter(registration::Column::Id.is_in(wanted))
        .join(JoinType::InnerJoin, profile)
        .select_only()
        .column(registration::Column::Id)
        .column(registration::Column::Side)
        .column(profile::Column::Nickname)
        .into_tuple::<(Uuid, Side, String)>()
        .all(db)
        .await?;
    let author = |(id, side, nickname): (Uuid, Side, String)| {
        let portrait = portraits.get(&id).map(|portrait| portrait.frame);
        (id, Author { nickname, side, me: id == me, registration_id: id, portrait })
    };
    Ok(people.into_iter().map(author).collect())
}

async fn likes(db: &impl ConnectionTrait, posts: &[Uuid]) -> Result<HashMap<Uuid, i64>, DbErr> {
    let counts = like::Entity::find()
        .filter(like::Column::PostId.is_in(posts.iter().copied()))
        .select_only()
        .column(like::Column::PostId)
        .column_as(like::Column::RegistrationId.count(), "likes")
        .group_by(like::Column::PostId)
        .into_tuple::<(Uuid, i64)>()
        .all(db)
        .await?;
    Ok(counts.into_iter().collect())
}

async fn comment_counts(
    db: &impl ConnectionTrait,
    posts: &[Uuid],
    hidden: &HashSet<Uuid>,
) -> Result<HashMap<Uuid, i64>, DbErr> {
    let counts = contribution::Entity::find()
        .filter(Column::RegistrationId.is_not_in(hidden.iter().copied()))
        .filter(Column::PostId.is_in(posts.iter().copied()))
        .filter(Column::State.eq(State::Approved))
        .select_only()
        .column(Column::PostId)
        .column_as(Column::Id.count(), "comments")
        .group_by(Column::PostId)
        .into_tuple::<(Uuid, i64)>()
        .all(db)
        .await?;
    Ok(counts.into_iter().collect())
}

async fn liked_by(db: &impl ConnectionTrait, posts: &[Uuid], me: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let liked = like::Entity::find()
        .filter(like::Column::PostId.is_in(posts.iter().copied()))
        .filter(like::Column::RegistrationId.eq(me))
        .all(db)
        .await?;
    Ok(liked.into_iter().map(|like| like.post_id).collect())
}
