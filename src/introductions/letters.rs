//! The letters of this room. None says about whom it is: that stands on the page, for whoever signs in.

use sea_orm::EntityTrait;

use super::introduction;
use crate::accounts::recipient;
use crate::app::App;
use crate::database::Write;
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::registrations::registration;

letter_words! {
    Proposed<'a> { nickname: &'a str }
    "introductions/proposed.zh.txt" "introductions/proposed.en.txt"
}
letter_words! {
    Made<'a> { nickname: &'a str }
    "introductions/made.zh.txt" "introductions/made.en.txt"
}
letter_words! {
    Opened<'a> { nickname: &'a str }
    "introductions/opened.zh.txt" "introductions/opened.en.txt"
}

/// What the two are written.
#[derive(Clone, Copy)]
enum Kind {
    Proposed,
    Made,
    Opened,
}

/// Asks both.
pub(super) async fn proposed(txn: &Write, app: &App, found: &introduction::Model) -> Result<(), Fault> {
    post(txn, app, found, Kind::Proposed).await
}

/// Tells both that both said yes.
pub(super) async fn made(txn: &Write, app: &App, found: &introduction::Model) -> Result<(), Fault> {
    post(txn, app, found, Kind::Made).await
}

/// Tells both that each can now see what the other gave.
pub(super) async fn opened(txn: &Write, app: &App, found: &introduction::Model) -> Result<(), Fault> {
    post(txn, app, found, Kind::Opened).await
}

async fn post(txn: &Write, app: &App, found: &introduction::Model, kind: Kind) -> Result<(), Fault> {
    for account_id in found.people() {
        let registration_id = found.side_of(account_id).0;
        let Some(person) = registration::Entity::find_by_id(registration_id).one(txn).await? else { continue };
        let Some(event) = event::Entity::find_by_id(person.event_id).one(txn).await? else { continue };
        let Some(to) = recipient::find(txn, app, account_id).await? else { continue };
        let (path, nickname) = (format!("/e/{}/introductions", event.slug), to.nickname.as_str());
        let letter = match kind {
            Kind::Proposed => Letter::new(app, "introduction_proposed", &to, Proposed { nickname }, &path)?,
            Kind::Made => Letter::new(app, "introduction_made", &to, Made { nickname }, &path)?,
            Kind::Opened => Letter::new(app, "contact_opened", &to, Opened { nickname }, &path)?,
        };
        let dedupe = Some(format!("{}:{}:{account_id}", letter.kind, found.id));
        letter::post(txn, app, Letter { event_id: Some(event.id), dedupe, ..letter }).await?;
    }
    Ok(())
}
