//! The letter to both when details were opened. The details are not in it: letters lie in outboxes.

use askama::Template;
use sea_orm::EntityTrait;

use super::mine::Mine;
use crate::accounts::account;
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};
use crate::picks::own;
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "couples/contact_opened.zh.txt")]
struct OpenedZh<'a> {
    title: &'a str,
    nickname: &'a str,
    partner: &'a str,
}

#[derive(Template)]
#[template(path = "couples/contact_opened.en.txt")]
struct OpenedEn<'a> {
    title: &'a str,
    nickname: &'a str,
    partner: &'a str,
}

/// Tells both that each can now see what the other gave.
///
/// # Errors
/// Only faults.
pub(super) async fn opened(txn: &Write, app: &App, mine: &Mine) -> Result<(), Error> {
    let event = event::Entity::find_by_id(mine.found.event_id).one(txn).await?.ok_or_else(Refused::not_found)?;
    let faces = own::faces(txn, mine.found.people()).await?;
    for id in mine.found.people() {
        let Some(person) = registration::Entity::find_by_id(id).one(txn).await? else { continue };
        let Some(account) = account::find(txn, person.account_id).await? else { continue };
        let (_, nickname) = faces.get(&id).cloned().unwrap_or_default();
        let partner = mine.found.partner_of(id).and_then(|partner| faces.get(&partner));
        let partner = partner.map(|(badge, nickname)| format!("{badge} {nickname}")).unwrap_or_default();
        let title = account.language.choose(&event.title, event.title_en.as_ref().unwrap_or(&event.title));
        let (nickname, partner) = (nickname.as_str(), partner.as_str());
        let words = match account.language {
            Language::Zh => OpenedZh { title, nickname, partner }.render(),
            Language::En => OpenedEn { title, nickname, partner }.render(),
        };
        let draft = Draft {
            kind: "contact_opened",
            to: account.address(&app.secrets)?,
            account_id: Some(account.id),
            event_id: Some(event.id),
            language: account.language,
            words: words.map_err(Fault::of)?,
            action: Some(Action {
                label: account.language.choose("打开我的结果", "Open my result").to_owned(),
                url: app.public_url(&format!("/e/{}/matches", event.slug)),
            }),
            attachments: Vec::new(),
            dedupe: Some(format!("contact_opened:{}:{id}", mine.found.id)),
            not_before: None,
        };
        letter::post(txn, app, draft).await?;
    }
    Ok(())
}
