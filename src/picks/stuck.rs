//! The page of a round that cannot be counted here: where its key is, and, asked twice, that it is
//! to be void.

use actix_web::web::{Path, ServiceConfig};
use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::refusals::VOID_UNCONFIRMED;
use super::round::{self, State};
use super::{pick_key, void};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::access::Host;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "picks/stuck.html")]
struct Stuck {
    page: Page,
    slug: String,
    title: String,
    round: i32,
    form: Form,
    /// Its ballots are neither counted nor destroyed yet.
    waits: bool,
    whereabouts: String,
    /// The first question was answered with yes.
    is_asked: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(stuck_round).service(declare_void);
}

async fn render_stuck_round(
    house: &House,
    page: Page,
    host: Host,
    number: i32,
    form: Form,
    is_asked: bool,
) -> Result<HttpResponse, Error> {
    let title = host.event.titled(page.language).to_owned();
    let slug = host.event.slug.clone();
    let (waits, whereabouts) = house
        .run(async move |app| {
            let db = app.database.reader();
            let round = round::find(db, host.event.id, number).await?;
            let kept = pick_key::find(db, round.id).await?;
            let waits = matches!(round.state, State::Open | State::Closed);
            Ok((waits, kept.map(|kept| kept.whereabouts).unwrap_or_default()))
        })
        .await?;
    page::answer(&Stuck { page, slug, title, round: number, form, waits, whereabouts, is_asked })
}

#[get("/e/{event}/console/picks/{n}")]
async fn stuck_round(house: House, visit: Visit, host: Host, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    let (_, number) = path.into_inner();
    render_stuck_round(&house, visit.page, host, number, Form::default(), false).await
}

#[post("/e/{event}/console/picks/{n}")]
async fn declare_void(
    house: House,
    visit: Visit,
    host: Host,
    path: Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (_, number) = path.into_inner();
    let confirmed = form.value("confirm") == "yes";
    let by = host.clone();
    match house.run(async move |app| void::void(&app, &by, number, confirmed).await).await {
        Ok(_) => see_saying(&format!("/e/{}/console", host.event.slug), "round-void"),
        Err(error) if error.is(VOID_UNCONFIRMED) => {
            Ok(render_stuck_round(&house, visit.page, host, number, Form::default(), true).await?)
        }
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_stuck_round(&house, page, host, number, form, false))
                .await
        }
    }
}
