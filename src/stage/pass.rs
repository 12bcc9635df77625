//! A big screen's pass: it may watch one evening and do nothing else, so that nobody need be signed
//! in on the projector's machine. First it is a link, good once and for a quarter of an hour; the
//! browser that opens it is given a token of its own.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter};

use crate::accounts::one_time;
use crate::error::{Error, Refused};
use crate::events::event;

/// How long a link waits to be opened.
pub const LINK: TimeDelta = TimeDelta::minutes(15);
/// How long after the evening a screen may still show its last picture.
const GRACE: TimeDelta = TimeDelta::hours(12);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "screen_pass")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub made_by: Uuid,
    pub made_at: DateTimeUtc,
    /// Of the link, and once that was opened, of the browser's token.
    pub token_digest: Vec<u8>,
    pub opened_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Those of an event that were not revoked.
    #[must_use]
    pub fn standing(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id)).filter(Column::RevokedAt.is_null())
    }

    fn with(token: &str) -> Option<Select<Self>> {
        let digest = one_time::shown(token)?;
        Some(Self::find().filter(Column::TokenDigest.eq(digest)).filter(Column::RevokedAt.is_null()))
    }

    /// The pass a link is for, while it waits.
    ///
    /// # Errors
    /// 404 where it was never made, used, or is too old: they look the same.
    pub fn waiting(token: &str, now: DateTime<Utc>) -> Result<Select<Self>, Error> {
        let wanted = Self::with(token).ok_or_else(Refused::not_found)?;
        Ok(wanted.filter(Column::OpenedAt.is_null()).filter(Column::MadeAt.gt(now - LINK)))
    }
}

/// The event a screen's token lets it watch; None for a token that is none, or none any more.
///
/// # Errors
/// Only faults.
pub async fn watches(
    db: &impl ConnectionTrait,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<event::Model>, Error> {
    let Some(wanted) = Entity::with(token) else { return Ok(None) };
    let Some(pass) = wanted.filter(Column::OpenedAt.is_not_null()).one(db).await? else { return Ok(None) };
    let event = event::Entity::find_by_id(pass.event_id).one(db).await?;
    Ok(event.filter(|event| event.ends_at + GRACE > now))
}
