//! 抽奖, as anybody may read it: the fingerprint before the draw, the outcome after it, and for whoever takes part
//! their own line.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;

use super::draw;
use super::entry::PassedOver;
use super::mine::{self, MyDraw, MyDrawLine};
use super::spoken::{self, Speaker};
use super::view::{self, DrawView, DrawWinner};
use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::error::{Error, Refused};
use crate::events::access::find_visible;
use crate::events::event;
use crate::page::{self, Page};
use crate::registrations::registration;

#[derive(Template)]
#[template(path = "draws/page.html")]
struct Draws {
    page: Page,
    slug: String,
    title: String,
    draws: Vec<Line>,
    takes_part: bool,
}

/// A draw on the list.
struct Line {
    view: DrawView,
    mark: (&'static str, &'static str),
    among: String,
    mine: Option<MyDraw>,
}

#[derive(Template)]
#[template(path = "draws/one.html")]
struct One {
    page: Page,
    slug: String,
    title: String,
    draw: DrawView,
    mark: (&'static str, &'static str),
    among: String,
    source: String,
    rules: Vec<String>,
    fixed: Option<String>,
    held: Option<String>,
    mine: Option<MyDrawLine>,
    takes_part: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(draws).service(one_draw);
}

impl One {
    fn why(&self, why: &PassedOver) -> String {
        self.page.t(&format!("draw-passed-{}", why.word()))
    }

    fn won(&self, line: &MyDrawLine) -> String {
        self.page.list(&line.draw.won)
    }

    fn calls(&self) -> String {
        self.page.list(self.draw.calls.iter().map(i32::to_string))
    }

    fn shown_winner(&self, winner: &DrawWinner) -> String {
        spoken::winner(winner)
    }
}

/// The event, and how whoever looks takes part in it.
async fn read_event(
    app: &App,
    slug: &str,
    person: Option<&SignedIn>,
) -> Result<(event::Model, Option<registration::Model>), Error> {
    let event = find_visible(app, slug, person).await?;
    let mine = match person {
        Some(person) => registration::active(app, event.id, person.account_id).await?,
        None => None,
    };
    Ok((event, mine))
}

#[get("/e/{event}/draws")]
async fn draws(house: House, visit: Visit, request: HttpRequest) -> Result<HttpResponse, Error> {
    let slug = request.match_info().get("event").unwrap_or_default().to_owned();
    let (page, person) = (visit.page, visit.person);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let (event, mine) = read_event(&app, &slug, person.as_ref()).await?;
        let views = view::of_event(db, event.id).await?;
        let own = match &mine {
            Some(mine) => mine::of_person(db, event.id, mine.id).await?,
            None => Vec::new(),
        };
        let quizzes = spoken::quizzes(db, event.id).await?;
        Ok((event, views, own, mine.is_some(), quizzes))
    });
    let (event, views, own, takes_part, quizzes) = read.await?;
    let speaker = Speaker { page: &page, event: &event, quizzes: quizzes.into_iter().collect(), now: house.now() };
    let line = |view: DrawView| Line {
        mark: spoken::mark(view.state),
        among: speaker.among(&view.among),
        mine: own.iter().find(|mine| mine.number == view.number).cloned(),
        view,
    };
    let draws = views.into_iter().filter(|view| view.fixed_at.is_some()).map(line).collect();
    let title = event.titled(page.language).to_owned();
    page::answer(&Draws { slug: event.slug.clone(), title, draws, takes_part, page: page.clone() })
}

#[get("/e/{event}/draws/{n}")]
async fn one_draw(house: House, visit: Visit, request: HttpRequest) -> Result<HttpResponse, Error> {
    let slug = request.match_info().get("event").unwrap_or_default().to_owned();
    let number: Option<i32> = request.match_info().get("n").and_then(|number| number.parse().ok());
    let number = number.ok_or_else(Refused::not_found)?;
    let (page, person) = (visit.page, visit.person);
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let (event, mine) = read_event(&app, &slug, person.as_ref()).await?;
        let draw = draw::find(db, event.id, number).await?;
        if !draw.is_public() {
            return Err(Refused::not_found().into());
        }
        let line = match &mine {
            Some(mine) => mine::line(db, &draw, mine.id).await?,
            None => None,
        };
        let quizzes = spoken::quizzes(db, event.id).await?;
        Ok((event, view::of_draw(db, draw).await?, line, mine.is_some(), quizzes))
    });
    let (event, draw, mine, takes_part, quizzes) = read.await?;
    let speaker = Speaker { page: &page, event: &event, quizzes: quizzes.into_iter().collect(), now: house.now() };
    page::answer(&One {
        slug: event.slug.clone(),
        title: event.titled(page.language).to_owned(),
        mark: spoken::mark(draw.state),
        among: speaker.among(&draw.among),
        source: speaker.source(&draw.source),
        rules: speaker.rules(&draw),
        fixed: draw.fixed_at.map(|at| speaker.moment(at)),
        held: draw.held_at.map(|at| speaker.moment(at)),
        draw,
        mine,
        takes_part,
        page: page.clone(),
    })
}
