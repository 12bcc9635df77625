//! A refresh token: good once, for thirty days. Spending it makes the next one of its sign-in.
//!
//! The first token of a sign-in is chance; each further one is a keyed digest of the one before, so
//! that the same answer can be given again where it was lost ([`super::refresh`]), and nothing that
//! opens anything has to be kept for that.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;

use super::token::{self, Minted};
use crate::app::App;
use crate::bonds;
use crate::error::Fault;

/// How long an unspent token is good for.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);

const NEXT: &str = "accounts/next-refresh-token";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub family_id: Uuid,
    pub token_digest: Vec<u8>,
    pub issued_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub spent_at: Option<DateTimeUtc>,
    /// Stands for the client that spent it ([`super::asker::Asker::client`]).
    pub spent_by: Option<Vec<u8>>,
    /// Vouches for the sign-in it belongs to: [`bonds::REFRESH_TOKEN`].
    pub token_bond: Option<Vec<u8>>,
}

impl Model {
    /// Whether the house made this token for this sign-in.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        let until = bonds::moment(self.expires_at);
        let parts: [&[u8]; 4] = [self.id.as_bytes(), self.family_id.as_bytes(), &self.token_digest, &until];
        bonds::REFRESH_TOKEN.holds(&app.secrets, &parts, self.token_bond.as_deref())
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    pub fn of_digest(digest: Vec<u8>) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest))
    }

    /// A fresh token of a sign-in: its text, which only its owner will ever have.
    pub async fn issue(txn: &impl ConnectionTrait, app: &App, family: Uuid) -> Result<String, Fault> {
        Self::keep(txn, app, family, token::mint(app)?).await
    }

    /// The next token of a sign-in, after one that was spent: its text.
    pub async fn issue_after(
        txn: &impl ConnectionTrait,
        app: &App,
        spent: &Model,
        presented: &str,
    ) -> Result<String, Fault> {
        let next = token::derived(&app.secrets.mac(NEXT, &[spent.id.as_bytes(), presented.as_bytes()]));
        Self::keep(txn, app, spent.family_id, next).await
    }

    /// The token that was issued after one that was spent; None where there is none (any more).
    pub async fn issued_after(
        txn: &impl ConnectionTrait,
        app: &App,
        spent: &Model,
        presented: &str,
    ) -> Result<Option<String>, DbErr> {
        // It may have been made just before the keys were changed.
        for mac in app.secrets.macs(NEXT, &[spent.id.as_bytes(), presented.as_bytes()]) {
            let next = token::derived(&mac);
            let same = Self::of_digest(next.digest).filter(Column::FamilyId.eq(spent.family_id));
            if same.one(txn).await?.is_some() {
                return Ok(Some(next.text));
            }
        }
        Ok(None)
    }

    async fn keep(txn: &impl ConnectionTrait, app: &App, family: Uuid, minted: Minted) -> Result<String, Fault> {
        let (id, now) = (app.new_id(), app.now());
        let until = bonds::moment(now + LIFETIME);
        let parts: [&[u8]; 4] = [id.as_bytes(), family.as_bytes(), &minted.digest, &until];
        let row = ActiveModel {
            id: Set(id),
            family_id: Set(family),
            token_bond: Set(Some(bonds::REFRESH_TOKEN.vouch(&app.secrets, &parts))),
            token_digest: Set(minted.digest),
            issued_at: Set(now),
            expires_at: Set(now + LIFETIME),
            spent_at: Set(None),
            spent_by: Set(None),
        };
        Self::insert(row).exec_without_returning(txn).await?;
        Ok(minted.text)
    }
}
