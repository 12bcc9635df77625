//! Somebody who works for a unit, by a keyed digest of the mail address: enough to recognize an
//! applicant, useless to whoever would like a list of the staff.

use std::collections::HashSet;

use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use sha2::Sha256;

use crate::accounts::address::MailAddress;
use crate::app::App;
use crate::database::pairs::of_pairs;
use crate::error::Fault;

/// How many of them one statement names.
const PEOPLE_A_STATEMENT: usize = 256;

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

/// Whether the rosters of these units list these (folded) mail addresses, each by itself.
pub async fn list<'a>(
    db: &impl ConnectionTrait,
    app: &App,
    people: impl IntoIterator<Item = (Uuid, &'a str)>,
) -> Result<Vec<bool>, Fault> {
    let digest = |email| MailAddress::read(email).ok().map(|address| digest_of(app, &address));
    let people: Vec<_> = people.into_iter().map(|(unit, email)| digest(email).map(|digest| (unit, digest))).collect();
    let mut listed: HashSet<(Uuid, Vec<u8>)> = HashSet::new();
    for some in people.chunks(PEOPLE_A_STATEMENT) {
        let entries = of_pairs(Entity::find(), (Column::UnitId, Column::EmailDigest), some.iter().flatten().cloned());
        listed.extend(entries.all(db).await?.into_iter().map(|entry| (entry.unit_id, entry.email_digest)));
    }
    Ok(people.iter().map(|person| person.as_ref().is_some_and(|person| listed.contains(person))).collect())
}
