//! 入选结果 as one person reads it: what it came to and why, and the answer to an invitation.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::EntityTrait;
use serde_json::json;

use super::placement::Placed;
use super::reply::{Answer, Reply, reply};
use super::sentences::{self, Address, Stood};
use super::standing::{self, Standing};
use super::{addition, placement, run};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::boards;
use crate::body;
use crate::error::Error;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::registrations::access::Participant;
use crate::registrations::door;
use crate::registrations::registration::{self, Status};

#[derive(Template)]
#[template(path = "screening/explanation.html")]
struct Explanation {
    page: Page,
    form: Form,
    slug: String,
    title: String,
    tabs: Vec<Tab>,
    /// What it came to, and what that means.
    headline: String,
    meaning: String,
    /// Of the run, a sentence each.
    sentences: Vec<String>,
    /// The board of their seat, and when and where it is.
    board: Option<(String, String)>,
    /// Until when to answer, and how long that is.
    deadline: Option<(String, String)>,
    is_asked: bool,
    may_decline: bool,
    check: Option<Check>,
}

/// What anybody needs to compute the run again.
struct Check {
    number: String,
    draw: String,
    seed: String,
    list_root: String,
    /// Seats that were added since, a sentence each.
    added: Vec<String>,
}

#[get("/e/{event}/why")]
pub async fn why_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    read(&house, visit.page, &me, Form::default()).await
}

#[post("/e/{event}/reply")]
pub async fn send_reply(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let by = me.clone();
    let answered = async {
        let answer: Answer = body::read(json!({ "reply": form.text("reply") }))?;
        house.run(async move |app| reply(&app, &by, answer).await).await?;
        Ok(answer.reply)
    };
    let why = format!("/e/{}/why", me.event.slug);
    match answered.await {
        Ok(Reply::Confirm) => see_saying(&why, "coming"),
        Ok(Reply::Decline) => see_saying(&why, "declined"),
        Err(error) => form.show_again(visit.page, error, |page, form| read(&house, page, &me, form)).await,
    }
}

async fn read(house: &House, page: Page, me: &Participant, form: Form) -> Result<HttpResponse, Error> {
    // The page's language, not the account's: the reader has just chosen it.
    let me = me.reading(page.language);
    let is_asked = me.clone();
    let looked_up = house.run(async move |app| {
        let db = app.database.reader();
        let standing = standing::of(&app, &is_asked).await?;
        let run = run::of_event(db, is_asked.event.id).await?;
        let placement = placement::Entity::find_by_id(is_asked.registration.id).one(db).await?;
        let mine = registration::Entity::find_by_id(is_asked.registration.id).one(db).await?;
        let status = mine.unwrap_or(is_asked.registration).status_at(app.now());
        let additions = addition::of_event(db, is_asked.event.id).await?;
        Ok((standing, status, run.zip(placement), additions))
    });
    let (standing, status, ran, additions) = looked_up.await?;
    let now = house.now();
    let open = matches!(me.event.phase(now), Phase::Screening | Phase::Confirmation);
    let zone = me.event.zone();
    let until = standing.reply_by.filter(|_| status == Status::Selected);
    let sentences = match &ran {
        Some((_, placement)) => {
            let stood = Stood::of(&me.event, placement.points, placement.class, placement.side)?;
            let (way, language, why) = (Address::Familiar, page.language, placement.why()?);
            match placement.refused_boards {
                Some(_) => {
                    let refused = sentences::on_boards(way, language, &placement.refused()?, stood);
                    sentences::standing(way, language, &why, stood).into_iter().chain(refused).collect()
                }
                None => sentences::explanation(way, language, &why, stood, standing.short()),
            }
        }
        None => Vec::new(),
    };
    let added = |one: &addition::Model| {
        let gaps = [("men", one.men.into()), ("women", one.women.into()), ("seats", one.seats.into())];
        let day = when::day(page.language, zone, one.added_at, now);
        format!("{day} {} {}", page.say("seats-added-line", &gaps), one.reason)
    };
    let added: Vec<String> = additions.iter().map(added).collect();
    let seat = ran.as_ref().and_then(|(_, placement)| placement.board.as_ref()).filter(|_| status.has_a_seat());
    let board = boards::terms::of(&me.event)?.into_iter().find(|board| Some(&board.name) == seat);
    let board = board.map(|board| (board.name.clone(), board.when_and_where(&page, &me.event, now)));
    let (headline, meaning) = headline_and_meaning(&page, &standing, status, me.event.phase(now));
    page::answer(&Explanation {
        slug: me.event.slug.clone(),
        title: me.event.titled(page.language).to_owned(),
        tabs: tabs::of_participant(&page, &me.event, "journey"),
        headline,
        meaning,
        sentences,
        board,
        deadline: until.map(|until| {
            let left = when::left(page.language, until - now);
            let moment = when::moment(page.language, zone, until, now);
            (when::zoned(page.language, zone, moment), page.say("why-left", &[("left", left.into())]))
        }),
        is_asked: open && status == Status::Selected,
        may_decline: open && status.has_a_seat(),
        check: ran.map(|(run, placement)| Check {
            number: placement.number,
            draw: run.draw,
            seed: run.seed,
            list_root: run.list_root,
            added,
        }),
        form,
        page,
    })
}

fn headline_and_meaning(page: &Page, standing: &Standing, status: Status, phase: Phase) -> (String, String) {
    let from_standby = standing.explanation.as_ref().is_some_and(|why| why.outcome != Placed::Selected);
    let key = match status {
        _ if door::key_in(status, phase) == "no-seat" => "no-seat",
        Status::Selected if from_standby => "promoted",
        Status::Waitlisted if standing.standby_place.is_none() => "waitlisted-boards",
        Status::Applied | Status::Approved => "waiting",
        status => door::key(status),
    };
    let place = standing.standby_place.unwrap_or_default();
    let outcome = page.say(&format!("why-{key}"), &[("place", place.into())]);
    (outcome, page.t(&format!("why-{key}-note")))
}
