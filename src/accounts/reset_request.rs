//! A request to set a new password: the link in the letter, as its digest.

use chrono::TimeDelta;
use sea_orm::entity::prelude::*;

use super::address::MailAddress;
use super::{account, sign_in_throttle};
use crate::app::App;
use crate::bonds;

/// How long the link works, in minutes.
pub const MINUTES: i64 = 60;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reset_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Option<Uuid>,
    pub address_digest: Vec<u8>,
    pub token_digest: Vec<u8>,
    pub at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    /// Vouches for whose it is and where it was written to: [`bonds::RESET`].
    pub token_bond: Option<Vec<u8>>,
}

impl Model {
    /// A link for an account, written to its address, with what vouches for it.
    #[must_use]
    pub fn new(app: &App, account: Uuid, address: &MailAddress, digest: Vec<u8>, lasts: TimeDelta) -> Self {
        let (now, address_digest) = (app.now(), sign_in_throttle::address_digest(app, address));
        let link = Self {
            id: app.new_id(),
            account_id: Some(account),
            address_digest,
            token_digest: digest,
            at: now,
            expires_at: now + lasts,
            token_bond: None,
        };
        let bond = link.with_parts(|parts| bonds::RESET.vouch(&app.secrets, parts));
        Self { token_bond: Some(bond), ..link }
    }

    /// Whether the house made this link for this account, as its address is now.
    #[must_use]
    pub fn is_for(&self, app: &App, account: &account::Model) -> bool {
        let email = account.address(&app.secrets).unwrap_or_default();
        let address_digest = MailAddress::read(&email).map(|address| sign_in_throttle::address_digest(app, &address));
        self.account_id == Some(account.id)
            && account.is_bound(app)
            && address_digest.is_ok_and(|address_digest| address_digest == self.address_digest)
            && self.with_parts(|parts| bonds::RESET.holds(&app.secrets, parts, self.token_bond.as_deref()))
    }

    fn with_parts<T>(&self, question: impl FnOnce(&[&[u8]]) -> T) -> T {
        let account = self.account_id.map(|id| *id.as_bytes());
        let account = account.as_ref().map(<[u8; 16]>::as_slice).unwrap_or_default();
        question(&[
            self.id.as_bytes(),
            account,
            &self.address_digest,
            &self.token_digest,
            &bonds::moment(self.expires_at),
        ])
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The request a link names, whether it works still or not.
    pub fn find_by_digest(digest: Vec<u8>) -> Select<Self> {
        Self::find().filter(Column::TokenDigest.eq(digest))
    }
}
