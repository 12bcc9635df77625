//! The letter to both when details were opened. The details are not in it: letters lie in outboxes.

use sea_orm::EntityTrait;

use super::mine::Mine;
use crate::accounts::recipient;
use crate::app::App;
use crate::badges::face::{self, Face};
use crate::database::Write;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::registrations::registration;

letter_words! {
    Opened<'a> { title: &'a str, nickname: &'a str, partner: &'a str }
    "couples/contact_opened.zh.txt" "couples/contact_opened.en.txt"
}

/// Tells both that each can now see what the other gave.
///
/// # Errors
/// Only faults.
pub(super) async fn opened(txn: &Write, app: &App, mine: &Mine) -> Result<(), Error> {
    let event = event::Entity::find_by_id(mine.found.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    let faces = face::faces(txn, mine.found.people()).await?;
    for id in mine.found.people() {
        let Some(person) = registration::Entity::find_by_id(id).one(txn).await? else { continue };
        let Some(to) = recipient::find(txn, app, person.account_id).await? else { continue };
        let partner = mine.found.partner_of(id).and_then(|partner| faces.get(&partner));
        let partner = partner.map(Face::to_string).unwrap_or_default();
        let text = Opened { title: event.titled(to.language), nickname: &to.nickname, partner: &partner };
        let letter = Letter {
            event_id: Some(event.id),
            dedupe: Some(format!("contact_opened:{}:{id}", mine.found.id)),
            ..Letter::new(app, "contact_opened", &to, text, &format!("/e/{}/matches", event.slug))?
        };
        letter::post(txn, app, letter).await?;
    }
    Ok(())
}
