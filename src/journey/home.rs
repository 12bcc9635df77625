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
use crate::accounts::{SignedIn, profile};
use crate::app::{App, House};
use crate::circle;
use crate::error::Error;
use crate::events::event;
use crate::events::phase::Phase;
use crate::invitations::letters;
use crate::language::Language;
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
    let ids = mine.iter().map(|mine| mine.event_id);
    let events = event::Entity::find().filter(event::Column::Id.is_in(ids)).order_by_asc(event::Column::StartsAt);
    let events = events.all(db).await?;
    let mut mine: HashMap<Uuid, _> = mine.into_iter().map(|mine| (mine.event_id, mine)).collect();
    // An event that cannot be read whole has no page to lead to.
    let is_whole = |event: &event::Model| event::leave_out_faulty(event.id, circle::terms::Terms::of(event)).is_some();
    let events = events.into_iter().filter(is_whole);
    let at = events.filter_map(|event| mine.remove(&event.id).map(|mine| (event, mine)));
    let situations = situation::read_all(db, at.collect(), now).await?;
    let (name, profile) = match profile::own(app, account).await? {
        Some((account, profile)) => (account.name, profile),
        None => (None, None),
    };
    Ok(Read { name, invitations: welcome::mine::open(db, app, account, language).await?, profile, situations })
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
        roles: roles(&page, administrator),
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
        when: when::stretch_zoned(page.language, event.zone(), it.place.starts_at, it.place.ends_at, now),
        venue: it.place.venue.clone(),
        phase: page.t(&format!("phase-{}", it.phase.word())),
        live: it.phase == Phase::OnSite,
        next: next.title,
        text: next.text,
        act: next.act,
        until: next.until,
    }
}

fn roles(page: &Page, administrator: bool) -> Vec<Way> {
    let way = |label: String, address: String| Way { label, address, first: false };
    let mut roles = Vec::new();
    for work in page.person.iter().flat_map(|person| &person.works) {
        let name = page.t(&format!("work-{}", work.name));
        let label = work.about.as_ref().map_or_else(|| name.clone(), |about| format!("{name} · {about}"));
        roles.push(way(label, work.address.clone()));
    }
    if administrator {
        roles.push(way(page.t("house-title"), "/admin".to_owned()));
    }
    roles
}
