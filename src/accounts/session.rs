//! A browser's session: an opaque token in a cookie, kept here as its digest. Revocable at once.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::token;
use crate::app::App;
use crate::bonds;
use crate::error::Fault;

/// How long a session lasts, from signing in.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub token_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// When it was used last, to a few minutes ([`super::idle`]).
    pub seen_at: Option<DateTimeUtc>,
    /// Vouches for whose it is, and until when: [`bonds::SESSION`].
    pub token_bond: Option<Vec<u8>>,
}

impl Model {
    /// When it was used last.
    #[must_use]
    pub fn used_at(&self) -> DateTimeUtc {
        self.seen_at.unwrap_or(self.at)
    }

    /// Whether the house opened this session for this account.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        let until = bonds::moment(self.expires_at);
        let parts: [&[u8]; 4] = [self.id.as_bytes(), self.account_id.as_bytes(), self.token_digest.as_slice(), &until];
        bonds::SESSION.holds(&app.secrets, &parts, self.token_bond.as_deref())
    }
}

/// That a session is used, and until when it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    pub id: Uuid,
    pub expires_at: DateTimeUtc,
    /// When it was used last.
    pub used_at: DateTimeUtc,
}

impl From<&Model> for Use {
    fn from(session: &Model) -> Self {
        Self { id: session.id, expires_at: session.expires_at, used_at: session.used_at() }
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The session a cookie's token names, while it lasts.
    pub fn find_by_token(token: &str, now: DateTimeUtc) -> Option<Select<Self>> {
        let digest = token::digest(token)?;
        Some(Self::find().filter(Column::TokenDigest.eq(digest)).filter(Column::ExpiresAt.gt(now)))
    }

    /// A fresh session: the text for the cookie.
    pub async fn open(txn: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<String, Fault> {
        let minted = token::mint(app)?;
        let now = app.now();
        let (id, expires_at) = (app.new_id(), now + LIFETIME);
        let parts: [&[u8]; 4] =
            [id.as_bytes(), account.as_bytes(), minted.digest.as_slice(), &bonds::moment(expires_at)];
        let bond = bonds::SESSION.vouch(&app.secrets, &parts);
        let row = ActiveModel {
            id: Set(id),
            account_id: Set(account),
            token_digest: Set(minted.digest),
            at: Set(now),
            expires_at: Set(expires_at),
            seen_at: Set(None),
            token_bond: Set(Some(bond)),
        };
        Self::insert(row).exec_without_returning(txn).await?;
        Ok(minted.text)
    }

    /// Ends every session of an account, but for `kept`.
    pub async fn end_all(txn: &impl ConnectionTrait, account: Uuid, kept: Option<Uuid>) -> Result<(), DbErr> {
        let mut end = Self::delete_many().filter(Column::AccountId.eq(account));
        if let Some(kept) = kept {
            end = end.filter(Column::Id.ne(kept));
        }
        end.exec(txn).await.map(drop)
    }
}
