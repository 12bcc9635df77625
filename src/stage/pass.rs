//! A big screen's pass: it may watch one evening and do nothing else, so that nobody need be signed
//! in on the projector's machine. First it is a link, good once and for a quarter of an hour; the
//! browser that opens it is given a token of its own.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryFilter;
use sea_orm::entity::prelude::*;

use crate::accounts::token;
use crate::app::App;
use crate::bonds;
use crate::error::{Error, Fault, Refused};
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
    /// Vouches for the event it may watch: [`bonds::SCREEN`].
    pub token_bond: Option<Vec<u8>>,
    /// Of the six digits that open it as well, keyed; see `screen_code`.
    pub code_mac: Option<Vec<u8>>,
    /// Codes that were typed while it waited, and were none.
    pub wrong_codes: i32,
}

/// What is stored beside the digest of a token: it opens this event.
#[must_use]
pub fn bond(app: &App, id: Uuid, event_id: Uuid, digest: &[u8]) -> Vec<u8> {
    bonds::SCREEN.vouch(&app.secrets, &[id.as_bytes(), event_id.as_bytes(), digest])
}

impl Model {
    /// Whether the house gave its token this event.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        let parts: [&[u8]; 3] = [self.id.as_bytes(), self.event_id.as_bytes(), self.token_digest.as_slice()];
        bonds::SCREEN.holds(&app.secrets, &parts, self.token_bond.as_deref())
    }
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
        let digest = token::digest(token)?;
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
pub async fn watches(app: &App, token: &str) -> Result<Option<event::Model>, Fault> {
    let (db, now) = (app.database.reader(), app.now());
    let Some(wanted) = Entity::with(token) else { return Ok(None) };
    let pass = wanted.filter(Column::OpenedAt.is_not_null()).one(db).await?;
    let Some(pass) = pass.filter(|pass| pass.is_bound(app)) else { return Ok(None) };
    let event = event::Entity::find_by_id(pass.event_id).one(db).await?;
    Ok(event.filter(|event| event.ends_at + GRACE > now))
}
