//! 商户: a phone of whoever hands the goods over. It may redeem vouchers of one union and do nothing else; nobody is
//! signed in on it, and it can be shut out at any moment.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryFilter;
use sea_orm::entity::prelude::*;

use crate::accounts::token;
use crate::app::App;
use crate::bonds;
use crate::error::Fault;

/// How long the link that makes a phone a shop waits.
pub const LINK: TimeDelta = TimeDelta::days(3);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shop")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    /// Of the link, good once.
    pub invitation_digest: Vec<u8>,
    pub invitation_ends_at: DateTimeUtc,
    /// Of the token the phone shows; None until it opened the link.
    pub token_digest: Option<Vec<u8>>,
    /// Vouches for the union it is a shop of: [`bonds::SHOP`].
    pub token_bond: Option<Vec<u8>>,
    /// The organizer who let it in, and answers for it.
    pub invited_by: Uuid,
    pub invited_at: DateTimeUtc,
    pub paired_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is stored beside the digest of a token: it makes the phone a shop of this union.
#[must_use]
pub fn bond(app: &App, id: Uuid, organization_id: Uuid, digest: &[u8]) -> Vec<u8> {
    bonds::SHOP.vouch(&app.secrets, &[id.as_bytes(), organization_id.as_bytes(), digest])
}

impl Model {
    fn is_bound(&self, app: &App) -> bool {
        let digest = self.token_digest.as_deref().unwrap_or_default();
        let parts: [&[u8]; 3] = [self.id.as_bytes(), self.organization_id.as_bytes(), digest];
        bonds::SHOP.holds(&app.secrets, &parts, self.token_bond.as_deref())
    }

    /// How it stands, as the keys of words spell it.
    #[must_use]
    pub fn standing(&self, now: DateTime<Utc>) -> &'static str {
        match (self.revoked_at, self.paired_at) {
            (Some(_), _) => "revoked",
            (None, Some(_)) => "paired",
            (None, None) if self.invitation_ends_at > now => "invited",
            (None, None) => "lapsed",
        }
    }

    /// Whether it may be shut out.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.standing(now), "paired" | "invited")
    }
}

/// What the link of an invitation carries. It is made again whenever it is shown, so that it is kept nowhere but as a
/// digest.
#[must_use]
pub fn invitation(app: &App, id: Uuid, organization_id: Uuid) -> String {
    let parts: [&[u8]; 2] = [id.as_bytes(), organization_id.as_bytes()];
    token::derived(&app.secrets.lasting_mac("shop invitation", &parts)).text
}

/// The shop that shows this token; None where it is none, or none any more.
pub async fn find_by_token(app: &App, text: &str) -> Result<Option<Model>, Fault> {
    let Some(digest) = token::digest(text) else { return Ok(None) };
    let found = Entity::find().filter(Column::TokenDigest.eq(digest)).filter(Column::RevokedAt.is_null());
    let found = found.one(app.database.reader()).await?;
    Ok(found.filter(|shop| shop.is_bound(app)))
}
