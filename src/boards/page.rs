//! 专场志愿: the boards of an event, and the order in which somebody would come to them.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use super::put_in_order::{self, Wishes};
use super::terms;
use super::wished::{self, Wished};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "boards/wishes.html")]
struct MyWishes {
    page: Page,
    form: Form,
    slug: String,
    title: String,
    tabs: Vec<Tab>,
    /// Name, when and where, and how many seats.
    boards: Vec<(String, String, String)>,
    /// For every wish its input and what it is called.
    places: Vec<(String, String)>,
    /// The boards, and none.
    choices: Vec<(String, String)>,
    wished: Wished,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(boards_page).service(send_wishes);
}

#[get("/e/{event}/boards")]
async fn boards_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    render_wishes(&house, visit.page, me, None).await
}

#[post("/e/{event}/boards")]
async fn send_wishes(house: House, visit: Visit, me: Participant, form: Form) -> Result<HttpResponse, Error> {
    let by = me.clone();
    let kept = async {
        let named = form.fields().filter(|(name, value)| name.starts_with("boards[") && !value.is_empty());
        let mut named: Vec<(usize, String)> =
            named.filter_map(|(name, value)| Some((place(name)?, value.to_owned()))).collect();
        named.sort_by_key(|(place, _)| *place);
        let boards: Vec<String> = named.into_iter().map(|(_, board)| board).collect();
        let wishes: Wishes = body::read(json!({ "boards": boards }))?;
        house.run(async move |app| put_in_order::put_in_order(&app, &by, wishes).await).await
    };
    match kept.await {
        Ok(_) => see_saying(&format!("/e/{}/boards", me.event.slug), "boards-kept"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_wishes(&house, page, me, Some(form))).await
        }
    }
}

/// `boards[2]` is the third wish.
fn place(name: &str) -> Option<usize> {
    name.strip_prefix("boards[")?.strip_suffix(']')?.parse().ok()
}

async fn render_wishes(house: &House, page: Page, me: Participant, form: Option<Form>) -> Result<HttpResponse, Error> {
    let (boards, is_asked) = (terms::of(&me.event)?, me.clone());
    let wished = house.run(async move |app| wished::read(&app, &is_asked).await).await?;
    let form = form.unwrap_or_else(|| {
        Form::filled(wished.boards.iter().enumerate().map(|(at, board)| (format!("boards[{at}]"), board.clone())))
    });
    let named = |at: usize| page.say("boards-wish", &[("place", (at + 1).into())]);
    let places = (0..boards.len()).map(|at| (format!("boards[{at}]"), named(at))).collect();
    let mut choices = vec![(String::new(), page.t("boards-none"))];
    choices.extend(boards.iter().map(|board| (board.name.clone(), board.name.clone())));
    let now = house.now();
    let lines = boards.iter().map(|board| {
        let seats = page.say("boards-seats", &[("seats", board.seats.into())]);
        (board.name.clone(), board.when_and_where(&page, &me.event, now), seats)
    });
    page::answer(&MyWishes {
        boards: lines.collect(),
        places,
        choices,
        slug: me.event.slug.clone(),
        title: me.event.titled(page.language).to_owned(),
        tabs: tabs::of_participant(&page, &me.event, "journey"),
        wished,
        form,
        page,
    })
}
