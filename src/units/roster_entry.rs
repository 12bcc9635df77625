//! Somebody who works for a unit, by a keyed digest of the mail address: enough to recognize an
//! applicant, useless to whoever would like a list of the staff.

use hmac::{Hmac, KeyInit, Mac};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, PaginatorTrait};
use sha2::Sha256;

use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::error::Fault;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "roster_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub unit_id: Uuid,
    pub email_digest: Vec<u8>,
    pub added_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What stands for an address in a roster.
#[must_use]
pub fn digest_of(app: &App, address: &MailAddress) -> Vec<u8> {
    let key = app.secrets.key("queqiao/roster/v1");
    // HMAC takes keys of any length, so there is no error to tell.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.as_ref()) else { return Vec::new() };
    mac.chain_update(address.as_str()).finalize().into_bytes().to_vec()
}

/// Whether the roster of a unit lists a (folded) mail address.
pub async fn lists(db: &impl ConnectionTrait, app: &App, unit: Uuid, email: &str) -> Result<bool, Fault> {
    let Ok(address) = MailAddress::read(email) else { return Ok(false) };
    let entries =
        Entity::find().filter(Column::UnitId.eq(unit)).filter(Column::EmailDigest.eq(digest_of(app, &address)));
    Ok(entries.count(db).await? > 0)
}
