//! 我的: my events with the next thing to do, what else I look after, and my own data.

use std::collections::HashMap;

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::BLOCK;
use super::next::{self, Further};
use super::situation::{self, Situation};
use crate::accounts::visit::Visit;
use crate::accounts::{SignedIn, account, profile};
use crate::app::{App, House};
use crate::error::Error;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::events::phase::Phase;
use crate::invitations::letters;
use crate::language::Language;
use crate::organizations::organization;
use crate::page::{self, Page, when};
use crate::registrations::door::Way;
use crate::registrations::registration;
use crate::welcome::{self, Sight};

#[derive(Template)]
#[template(path = "journey/home.html")]
struct Home {
    page: Page,
    nickname: String,
    /// Open invitations: the words and where each is answered.
    invitations: Vec<Way>,
    ahead: Vec<Mine>,
    past: Vec<Mine>,
    roles: Vec<Way>,
    profile_complete: bool,
}

/// One of my events.
struct Mine {
    slug: String,
    title: String,
    when: String,
    venue: String,
    phase: String,
    live: bool,
    next: String,
    text: String,
    act: Option<Way>,
    until: Option<DateTime<Utc>>,
}

struct Read {
    /// What whoever only works here is called.
    name: Option<String>,
    invitations: Vec<Sight>,
    profile: Option<profile::Model>,
    situations: Vec<Situation>,
    /// Unions the person works for.
    unions: usize,
    /// Roles at evenings that are not over.
    crew: Vec<(Role, event::Model)>,
}

#[get("/me")]
pub async fn home_page(house: House, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    let language = visit.page.language;
    let read = house.run(async move |app| read(&app, who.account_id, language).await).await?;
    let home = build_home(visit.page, read, who.administrator, house.now());
    page::answer_padded(&home, BLOCK)
}

async fn read(app: &App, account: Uuid, language: Language) -> Result<Read, Error> {
    let (db, now) = (app.database.reader(), app.now());
    let of_person = registration::Entity::find().filter(registration::Column::AccountId.eq(account));
    let mine: Vec<_> = of_person.all(db).await?.into_iter().filter(|mine| mine.status.is_active()).collect();
    let grants = crew::Entity::find().filter(crew::Column::AccountId.eq(account)).all(db).await?;
    let ids = mine.iter().map(|mine| mine.event_id).chain(grants.iter().map(|grant| grant.event_id));
    let events = event::Entity::find().filter(event::Column::Id.is_in(ids)).order_by_asc(event::Column::StartsAt);
    let events = events.all(db).await?;
    let by_id: HashMap<Uuid, &event::Model> = events.iter().map(|event| (event.id, event)).collect();
    let mut situations = Vec::new();
    for event in &events {
        if let Some(mine) = mine.iter().find(|mine| mine.event_id == event.id) {
            situations.push(situation::read(db, event.clone(), mine.clone(), now).await?);
        }
    }
    let going_on = |event: &event::Model| event.is_published(now) && event.phase(now) < Phase::Closed;
    let crew = grants.iter().filter_map(|grant| Some((grant.role, (*by_id.get(&grant.event_id)?).clone())));
    Ok(Read {
        name: account::find(db, account).await?.and_then(|account| account.name),
        invitations: welcome::mine::open(db, app, account, language).await?,
        profile: profile::Entity::find_by_id(account).one(db).await?,
        situations,
        unions: organization::of_staff(db, account).await?.len(),
        crew: crew.filter(|(_, event)| going_on(event)).collect(),
    })
}

fn build_home(page: Page, read: Read, administrator: bool, now: DateTime<Utc>) -> Home {
    let profile_complete = read.profile.as_ref().is_some_and(profile::Model::says_enough);
    let (past, ahead): (Vec<_>, Vec<_>) = read.situations.iter().partition(|it| it.phase == Phase::Closed);
    let further = Further { profile_complete, ..Further::default() };
    let mine = |it: &&Situation| mine(&page, it, further, now);
    let mut ahead: Vec<Mine> = ahead.iter().map(mine).collect();
    one_first(&mut ahead);
    Home {
        nickname: read
            .profile
            .as_ref()
            .map(|profile| &profile.nickname)
            .or(read.name.as_ref())
            .cloned()
            .unwrap_or_default(),
        invitations: read.invitations.iter().map(|sight| invitation(&page, sight)).collect(),
        ahead,
        past: past.iter().rev().map(mine).collect(),
        roles: roles(&page, &read, administrator),
        profile_complete: profile_complete || read.profile.is_none(),
        page,
    }
}

fn invitation(page: &Page, sight: &Sight) -> Way {
    let what = letters::what(page.language, sight.kind, &sight.thing);
    let label = format!("{}{}{what}", sight.union, page.t("invitation-invites"));
    Way { label, address: format!("/me/invitations/{}", sight.id), first: false }
}

/// Of everything there is to do, one thing comes first: what has a deadline, the nearest of them, else what the next
/// event asks.
fn one_first(ahead: &mut [Mine]) {
    let asks = |mine: &Mine| mine.act.as_ref().is_some_and(|act| act.first);
    let asking = ahead.iter().enumerate().filter(|(_, mine)| asks(mine));
    let first = asking.min_by_key(|(at, mine)| (mine.until.is_none(), mine.until, *at)).map(|(at, _)| at);
    for (at, mine) in ahead.iter_mut().enumerate() {
        if let Some(act) = &mut mine.act {
            act.first = Some(at) == first;
        }
    }
}

fn mine(page: &Page, it: &Situation, further: Further, now: DateTime<Utc>) -> Mine {
    let next = next::of(page, it, further, now);
    let event = &it.event;
    Mine {
        slug: event.slug.clone(),
        title: event.titled(page.language).to_owned(),
        when: when::stretch(page.language, event.zone(), event.starts_at, event.ends_at, now),
        venue: event.venue.clone(),
        phase: page.t(&format!("phase-{}", it.phase.word())),
        live: it.phase == Phase::OnSite,
        next: next.title,
        text: next.text,
        act: next.act,
        until: next.until,
    }
}

fn roles(page: &Page, read: &Read, administrator: bool) -> Vec<Way> {
    let way = |label: String, address: String| Way { label, address, first: false };
    let mut roles = Vec::new();
    if read.unions > 0 {
        roles.push(way(page.t("home-office"), "/office".to_owned()));
    }
    for (role, event) in &read.crew {
        let title = event.titled(page.language);
        let (key, address) = match role {
            Role::Desk => ("home-desk", format!("/e/{}/desk", event.slug)),
            Role::Host => ("home-host", format!("/e/{}/console", event.slug)),
            // The volunteer's own page gathers all evenings.
            Role::Volunteer => continue,
        };
        roles.push(way(page.say(key, &[("event", title.to_owned().into())]), address));
    }
    if read.crew.iter().any(|(role, _)| *role == Role::Volunteer) {
        roles.push(way(page.t("home-volunteer"), "/volunteer".to_owned()));
    }
    if administrator {
        roles.push(way(page.t("house-title"), "/admin".to_owned()));
    }
    roles
}
