//! The letters after a round: everybody who was there gets one, and only mutual picks are in it.

use std::collections::{HashMap, HashSet};

use askama::Template;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, entity::prelude::*};

use super::{matched, round};
use crate::accounts::{account, profile};
use crate::app::App;
use crate::badges::badge;
use crate::checkin::presence;
use crate::error::Error;
use crate::events::event;
use crate::language::Language;
use crate::mail::letter::{self, Action, Draft};
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "picks/match.zh.txt")]
struct MatchZh<'a> {
    title: &'a str,
    nickname: &'a str,
    round: i32,
    partners: &'a [String],
}

#[derive(Template)]
#[template(path = "picks/match.en.txt")]
struct MatchEn<'a> {
    title: &'a str,
    nickname: &'a str,
    round: i32,
    partners: &'a [String],
}

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

/// What is known of the people letters go to.
struct People {
    accounts: HashMap<Uuid, account::Model>,
    nicknames: HashMap<Uuid, String>,
    labels: HashMap<Uuid, String>,
    came: HashSet<Uuid>,
}

impl People {
    async fn of(db: &impl ConnectionTrait, event_id: Uuid, guests: &[&registration::Model]) -> Result<Self, Error> {
        let mut people =
            Self { accounts: HashMap::new(), nicknames: HashMap::new(), labels: HashMap::new(), came: HashSet::new() };
        for guests in guests.chunks(1000) {
            let ids = || guests.iter().map(|guest| guest.account_id);
            let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids())).all(db).await?;
            people.accounts.extend(accounts.into_iter().map(|account| (account.id, account)));
            let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids())).all(db).await?;
            people.nicknames.extend(profiles.into_iter().map(|profile| (profile.account_id, profile.nickname)));
        }
        let badges = badge::Entity::of_event(event_id).order_by_asc(badge::Column::Id).all(db).await?;
        people.labels.extend(badges.into_iter().map(|badge| (badge.registration_id, badge.label())));
        let came = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).all(db).await?;
        people.came.extend(came.into_iter().map(|presence| presence.registration_id));
        Ok(people)
    }

    /// A person as others may know them: `女008 小雅`.
    fn shown(&self, guest: &registration::Model) -> String {
        let label = self.labels.get(&guest.id).map_or("", String::as_str);
        let nickname = self.nicknames.get(&guest.account_id).map_or("", String::as_str);
        format!("{label} {nickname}")
    }
}

/// Writes to everybody who could pick and came: who picked them back, or that the round is over.
/// The second letter is the same for who was picked by nobody, by somebody, or picked nobody.
///
/// # Errors
/// Only faults.
pub async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    round: &round::Model,
    guests: &[&registration::Model],
    matches: &[matched::Model],
) -> Result<(), Error> {
    let people = People::of(txn, event.id, guests).await?;
    let by_id: HashMap<Uuid, &registration::Model> = guests.iter().map(|guest| (guest.id, *guest)).collect();
    let mut partners: HashMap<Uuid, Vec<String>> = HashMap::new();
    for found in matches {
        for id in found.people() {
            let partner = found.partner_of(id).and_then(|partner| by_id.get(&partner));
            partners.entry(id).or_default().extend(partner.map(|partner| people.shown(partner)));
        }
    }
    for guest in guests.iter().filter(|guest| people.came.contains(&guest.id)) {
        let Some(account) = people.accounts.get(&guest.account_id) else { continue };
        let nickname = people.nicknames.get(&guest.account_id).map_or("", String::as_str);
        // By number, so that their order tells nothing.
        let mut partners = partners.remove(&guest.id).unwrap_or_default();
        partners.sort_unstable();
        let kind = if partners.is_empty() { "round_over" } else { "match" };
        let draft = Draft {
            kind,
            to: account.email.clone(),
            account_id: Some(account.id),
            event_id: Some(event.id),
            language: account.language,
            words: words(event, account.language, nickname, round.number, &partners)?,
            action: Some(Action {
                label: account.language.choose("打开我的结果", "Open my result").to_owned(),
                url: app.public_url(&format!("/e/{}/matches", event.slug)),
            }),
            attachments: Vec::new(),
            dedupe: Some(format!("{kind}:{}:{}", round.id, guest.id)),
            not_before: None,
        };
        letter::post(txn, app, draft).await?;
    }
    Ok(())
}

fn words(
    event: &event::Model,
    language: Language,
    nickname: &str,
    round: i32,
    partners: &[String],
) -> Result<String, Error> {
    let title = language.choose(&event.title, event.title_en.as_ref().unwrap_or(&event.title));
    let words = match (language, partners.is_empty()) {
        (Language::Zh, true) => OverZh { title, nickname, round }.render(),
        (Language::En, true) => OverEn { title, nickname, round }.render(),
        (Language::Zh, false) => MatchZh { title, nickname, round, partners }.render(),
        (Language::En, false) => MatchEn { title, nickname, round, partners }.render(),
    };
    words.map_err(Error::fault)
}
