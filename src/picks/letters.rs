//! The letter after a round: everybody who was there gets the same one, in the same moment. Who
//! picked whom back stands on their own pages and in no outbox, or whoever reads that would know.

use std::collections::{HashMap, HashSet};

use askama::Template;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, entity::prelude::*};

use super::round;
use crate::accounts::{account, profile};
use crate::app::App;
use crate::checkin::presence;
use crate::error::Fault;
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "picks/round_over.zh.txt")]
struct OverZh<'a> {
    title: &'a str,
    nickname: &'a str,
    round: i32,
}

#[derive(Template)]
#[template(path = "picks/round_over.en.txt")]
struct OverEn<'a> {
    title: &'a str,
    nickname: &'a str,
    round: i32,
}

/// Writes to everybody who could pick and came that their result is ready. The order of the guests
/// must tell nothing of what they picked.
pub async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    round: &round::Model,
    guests: &[&registration::Model],
) -> Result<(), Fault> {
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(event.id)).all(txn).await?;
    let came: HashSet<Uuid> = came.into_iter().map(|presence| presence.registration_id).collect();
    for guests in guests.chunks(1000) {
        let ids = || guests.iter().map(|guest| guest.account_id);
        let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids())).all(txn).await?;
        let accounts: HashMap<Uuid, account::Model> =
            accounts.into_iter().map(|account| (account.id, account)).collect();
        let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids())).all(txn).await?;
        let nicknames: HashMap<Uuid, String> =
            profiles.into_iter().map(|profile| (profile.account_id, profile.nickname)).collect();
        for guest in guests.iter().filter(|guest| came.contains(&guest.id)) {
            let Some(account) = accounts.get(&guest.account_id) else { continue };
            let nickname = nicknames.get(&guest.account_id).map_or("", String::as_str);
            let draft = Draft {
                kind: "round_over",
                to: account.address(&app.secrets)?,
                account_id: Some(account.id),
                event_id: Some(event.id),
                language: account.language,
                words: round_over_text(event, account.language, nickname, round.number)?,
                action: Some(Action {
                    label: account.language.choose("打开我的结果", "Open my result").to_owned(),
                    url: app.public_url(&format!("/e/{}/matches", event.slug)),
                }),
                attachments: Vec::new(),
                dedupe: Some(format!("round_over:{}:{}", round.id, guest.id)),
                not_before: None,
            };
            letter::post(txn, app, draft).await?;
        }
    }
    Ok(())
}

fn round_over_text(event: &event::Model, language: Language, nickname: &str, round: i32) -> Result<String, Fault> {
    let title = language.choose(&event.title, event.title_en.as_ref().unwrap_or(&event.title));
    let words = match language {
        Language::Zh => OverZh { title, nickname, round }.render(),
        Language::En => OverEn { title, nickname, round }.render(),
    };
    words.map_err(Fault::of)
}
