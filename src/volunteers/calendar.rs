//! What is due, in a volunteer's own calendar. Its address is a secret that can be renewed; whoever finds it reads days
//! and numbers of cases, and no name.

use data_encoding::BASE64URL_NOPAD;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

use super::cases;
use crate::accounts::account;
use crate::app::App;
use crate::badges::calendar::{escaped, file, moment};
use crate::error::Fault;
use crate::page::fluent;

const PURPOSE: &str = "calendar of cases";

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_calendar")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    /// What the address is made of, and no address without the key of the house.
    pub nonce: Vec<u8>,
    pub made_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What the address carries.
    #[must_use]
    pub fn token(&self, app: &App) -> String {
        BASE64URL_NOPAD.encode(&[self.nonce.as_slice(), self.mac(app).as_slice()].concat())
    }

    fn mac(&self, app: &App) -> Vec<u8> {
        app.secrets.lasting_mac(PURPOSE, &[self.account_id.as_bytes(), &self.nonce])
    }
}

/// A volunteer's calendar, where they have one.
pub async fn of(db: &impl ConnectionTrait, account_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(account_id).one(db).await
}

/// Whose calendar lies at an address; None where nobody's does any more.
pub async fn find(db: &impl ConnectionTrait, app: &App, token: &str) -> Result<Option<Model>, DbErr> {
    let Ok(bytes) = BASE64URL_NOPAD.decode(token.trim().as_bytes()) else { return Ok(None) };
    let Some((nonce, _)) = bytes.split_at_checked(16) else { return Ok(None) };
    let found = Entity::find().filter(Column::Nonce.eq(nonce.to_vec())).one(db).await?;
    // Digests of digests tell no clock where two begin to differ.
    let same = |one: &[u8], other: &[u8]| crate::secrets::digest(one) == crate::secrets::digest(other);
    Ok(found.filter(|found| same(&[nonce, found.mac(app).as_slice()].concat(), &bytes)))
}

/// What is due to whom, as a calendar reads it: the next thing of every case in the volunteer's care.
pub async fn write(db: &impl ConnectionTrait, of: &Model) -> Result<Option<String>, Fault> {
    let Some(account) = account::Entity::alive().filter(account::Column::Id.eq(of.account_id)).one(db).await? else {
        return Ok(None);
    };
    let mut entries = Vec::new();
    for case in cases::of_volunteer(db, of.account_id).await? {
        let Some((milestone, due)) = case.next.filter(|_| case.volunteer_id == Some(of.account_id)) else { continue };
        let milestone_name = fluent::say(account.language, milestone.key(), &[]);
        let gaps = [("number", case.number().into()), ("task", milestone_name.into())];
        let summary = fluent::say(account.language, "calendar-entry", &gaps);
        entries.push(vec![
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}.{}@queqiao", case.number(), milestone.key()),
            format!("DTSTAMP:{}", moment(of.made_at)),
            format!("DTSTART;VALUE=DATE:{}", case.event.day(due).format("%Y%m%d")),
            format!("SUMMARY:{}", escaped(&summary)),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    Ok(Some(file(entries)))
}
