//! 牵手 on a phone: who picked me back, what we show, and how we keep in touch. Whoever was not
//! picked back reads the same words, whatever anybody did.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::agree::{self, ConsentSaid};
use super::exchange::{self, ContactOffer};
use super::mine::{self, Standing};
use super::offer::Field;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::picks::matched;
use crate::picks::round::{self, State};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "couples/matches.html")]
struct Matches {
    page: Page,
    slug: String,
    tabs: Vec<Tab>,
    form: Form,
    /// Of the round called last; None before the first.
    state: Option<State>,
    /// The evening is over: nobody is asked about a stage any more.
    over: bool,
    matches: Vec<Standing>,
    /// What I have to give, as far as my profile says.
    mine: Vec<(Field, Option<String>)>,
}

/// Whoever was picked back and whoever was not are sent a page of the same size.
const BLOCK: usize = 32 * 1024;

pub fn pages(config: &mut ServiceConfig) {
    config.service(matches_page).service(say_consent).service(take_contact_back).service(give_contact);
}

async fn render_matches(house: &House, page: Page, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let (slug, event) = (me.event.slug.clone(), me.event.clone());
    let over = event.phase(house.now()) == Phase::Closed;
    let read = house.run(async move |app| {
        let (db, account_id) = (app.database.reader(), me.account.account_id);
        let called = round::Entity::of_event(me.event.id).filter(round::Column::State.ne(State::Planned));
        let called = called.order_by_desc(round::Column::Number).one(db).await?;
        let found = matched::Entity::with(me.registration.id).filter(matched::Column::EventId.eq(me.event.id));
        let mut matches = Vec::new();
        for found in found.order_by_desc(matched::Column::FoundAt).all(db).await? {
            matches.push(mine::standing(db, &app, &mine::find(db, account_id, found.id).await?).await?);
        }
        matches.sort_by(|one, other| one.badge.cmp(&other.badge));
        let all = [Field::Wechat, Field::Phone, Field::Email];
        let own = mine::details(db, &app, &me.registration, &all).await?;
        let mine = vec![(Field::Wechat, own.wechat), (Field::Phone, own.phone), (Field::Email, own.email)];
        Ok((called.map(|round| round.state), matches, mine))
    });
    let (state, matches, mine) = read.await?;
    let tabs = tabs::of_night(&page, &event, house.now(), "matches");
    page::answer_padded(&Matches { page, slug, tabs, form, state, over, matches, mine }, BLOCK)
}

/// A match of mine at this event.
async fn of_this_event(house: &House, me: &Participant, match_id: Uuid) -> Result<(), Error> {
    let (account_id, event_id) = (me.account.account_id, me.event.id);
    let mine = house.run(async move |app| mine::find(app.database.reader(), account_id, match_id).await).await?;
    if mine.found.event_id == event_id { Ok(()) } else { Err(Refused::not_found().into()) }
}

#[get("/e/{event}/matches")]
async fn matches_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_matches(&house, visit.page, me, Form::default()).await
}

#[post("/e/{event}/matches/{id}/consent")]
async fn say_consent(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    of_this_event(&house, &me, id).await?;
    let account = me.account;
    let kept = async {
        let choice: ConsentSaid = body::read(json!({
            "show": form.flag("show"),
            "follow_up": form.flag("follow_up"),
            "volunteer_sees": form.list("volunteer_sees"),
        }))?;
        house.run(async move |app| agree::agree(&app, account, id, choice).await).await
    };
    match kept.await {
        Ok(_) => see_saying(&format!("/e/{slug}/matches"), "consent-kept"),
        Err(error) => form.show_again(visit.page, error, |page, form| render_matches(&house, page, me, form)).await,
    }
}

#[post("/e/{event}/matches/{id}/contact")]
async fn give_contact(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    of_this_event(&house, &me, id).await?;
    let account = me.account;
    let offered = async {
        let ContactOffer { fields, .. } = body::read(json!({ "fields": form.list("fields") }))?;
        house.run(async move |app| exchange::offer(&app, account, id, fields).await).await
    };
    match offered.await {
        Ok(standing) if standing.opened_at.is_some() => see_saying(&format!("/e/{slug}/matches"), "contact-opened"),
        Ok(_) => see_saying(&format!("/e/{slug}/matches"), "contact-offered"),
        Err(error) => form.show_again(visit.page, error, |page, form| render_matches(&house, page, me, form)).await,
    }
}

#[post("/e/{event}/matches/{id}/contact/withdraw")]
async fn take_contact_back(
    house: House,
    visit: Visit,
    me: Participant,
    path: Path<(String, Uuid)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (slug, id) = path.into_inner();
    of_this_event(&house, &me, id).await?;
    let account = me.account;
    match house.run(async move |app| exchange::withdraw(&app, account, id).await).await {
        Ok(_) => see_saying(&format!("/e/{slug}/matches"), "contact-withdrawn"),
        Err(error) => form.show_again(visit.page, error, |page, form| render_matches(&house, page, me, form)).await,
    }
}

impl Matches {
    fn headline(&self) -> String {
        let key = match self.state {
            None => "matches-early",
            _ if !self.matches.is_empty() => "matches-found",
            Some(State::Planned) => "matches-early",
            Some(State::Open) => "matches-open",
            Some(State::Closed) => "picks-counting",
            Some(State::Tallied) => "matches-none",
            Some(State::Void) => "picks-void",
        };
        self.page.t(key)
    }

    /// What is asked while there is a stage, and once there is none.
    fn consent_words(&self, key: &str) -> String {
        self.page.t(&if self.over { format!("{key}-after") } else { key.to_owned() })
    }

    fn word(field: &Field) -> &'static str {
        match field {
            Field::Wechat => "wechat",
            Field::Phone => "phone",
            Field::Email => "email",
        }
    }

    fn name(&self, field: &Field) -> String {
        self.page.t(&format!("contact-{}", Self::word(field)))
    }

    /// What the other one gave, by the name of the field.
    fn contact_fields(&self, standing: &Standing) -> Vec<(String, String)> {
        let Some(given) = standing.given.clone() else { return Vec::new() };
        let fields = [(Field::Wechat, given.wechat), (Field::Phone, given.phone), (Field::Email, given.email)];
        fields.into_iter().filter_map(|(field, value)| Some((self.name(&field), value?))).collect()
    }

    fn offered(&self, standing: &Standing) -> String {
        self.page.list(standing.offered.iter().map(|field| self.name(field)))
    }

    fn lacks(&self) -> bool {
        self.mine.iter().any(|(_, value)| !Self::is_there(value))
    }

    fn is_there(value: &Option<String>) -> bool {
        value.as_ref().is_some_and(|value| !value.trim().is_empty())
    }
}
