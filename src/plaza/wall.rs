//! What hangs on the plaza, as a participant sees it: people by nickname, never by an id.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Condition;
use sea_orm::{ConnectionTrait, DbErr, JoinType, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::contribution::{self, Column, Kind, State};
use super::like;
use crate::accounts::profile;
use crate::error::{Error, Refused};
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
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    pub nickname: String,
    pub side: Side,
    pub me: bool,
}

/// Posts or declarations, newest first: everybody's that are shown, and all of mine.
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
    let visible = Condition::any().add(Column::State.eq(State::Approved)).add(Column::RegistrationId.eq(me));
    let mut rows = contribution::Entity::of_event(event_id).filter(Column::Kind.eq(kind)).filter(visible);
    if let Some(after) = paging.after()? {
        rows = rows.filter(Column::Id.lt(after));
    }
    let limit = paging.limit()?;
    let rows = rows.order_by_desc(Column::Id).limit(limit + 1).all(db).await?;
    page(db, rows, limit, me).await
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
    let shown = contribution::shown(event_id, post).filter(Column::Kind.eq(Kind::Post)).one(db).await?;
    let post = shown.ok_or_else(Refused::not_found)?;
    let mut rows = contribution::Entity::of_event(event_id)
        .filter(Column::PostId.eq(post.id))
        .filter(Column::State.eq(State::Approved));
    if let Some(after) = paging.after()? {
        rows = rows.filter(Column::Id.gt(after));
    }
    let limit = paging.limit()?;
    let rows = rows.order_by_asc(Column::Id).limit(limit + 1).all(db).await?;
    page(db, rows, limit, me).await
}

async fn page(
    db: &impl ConnectionTrait,
    rows: Vec<contribution::Model>,
    limit: u64,
    me: Uuid,
) -> Result<Page<Note>, Error> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let authors = authors(db, rows.iter().map(|row| row.registration_id), me).await?;
    let likes = likes(db, &ids).await?;
    let comments = comment_counts(db, &ids).await?;
    let liked = liked_by(db, &ids, me).await?;
    let note = |row: contribution::Model| Note {
        author: authors.get(&row.registration_id).cloned(),
        likes: likes.get(&row.id).copied().unwrap_or(0),
        comments: comments.get(&row.id).copied().unwrap_or(0),
        liked: liked.contains(&row.id),
        reason: row.reason.filter(|_| row.registration_id == me),
        id: row.id,
        kind: row.kind,
        body: row.body,
        at: row.at,
        state: row.state,
    };
    Ok(Page::of(rows, limit, |row| row.id, note))
}

/// The people behind registrations, by nickname.
///
/// # Errors
/// Only faults.
pub async fn authors(
    db: &impl ConnectionTrait,
    registrations: impl Iterator<Item = Uuid>,
    me: Uuid,
) -> Result<HashMap<Uuid, Author>, DbErr> {
    let wanted: HashSet<Uuid> = registrations.collect();
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
    Ok(people.into_iter().map(|(id, side, nickname)| (id, Author { nickname, side, me: id == me })).collect())
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

async fn comment_counts(db: &impl ConnectionTrait, posts: &[Uuid]) -> Result<HashMap<Uuid, i64>, DbErr> {
    let counts = contribution::Entity::find()
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
