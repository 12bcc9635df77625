//! Groups, pairs and talents as organizers and hosts see them.

use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use serde_json::json;

use super::break_ice;
use super::form_groups::{self, Wish};
use super::hall_api::{self, Groups, IcebreakerShown, TalentShown};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::badges::face::BadgeAndNickname;
use crate::body;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::heading::Heading;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab};
use crate::paging;

/// How many people make a good group, where nobody says otherwise.
const USUAL_SIZE: usize = 10;

#[derive(Template)]
#[template(path = "programme/office.html")]
struct Office {
    page: Page,
    /// None for a host, who has no office.
    tabs: Vec<Tab>,
    heading: Heading,
    form: Form,
    groups: Groups,
    icebreakers: paging::Page<IcebreakerShown>,
    talents: paging::Page<TalentShown>,
    /// Whether the evening runs.
    open: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(open_groups).service(group_everybody).service(draw);
}

fn address(host: &Host) -> String {
    format!("/office/e/{}/groups", host.event.slug)
}

async fn render_groups(house: &House, page: Page, host: Host, form: Option<Form>) -> Result<HttpResponse, Error> {
    let now = house.now();
    let (event, organizes) = (host.event.clone(), host.organizer);
    let read = house.run(async move |app| {
        let (db, id) = (app.database.reader(), host.event.id);
        let groups = hall_api::groups(db, id).await?;
        Ok((groups, hall_api::icebreakers(db, id).await?, hall_api::talents(db, id).await?))
    });
    let (groups, icebreakers, talents) = read.await?;
    let people = groups.groups.iter().map(|group| group.members.len()).sum::<usize>() + groups.without.len();
    let number = if groups.groups.is_empty() { people.div_ceil(USUAL_SIZE).max(1) } else { groups.groups.len() };
    let form = form.unwrap_or_else(|| Form::filled([("groups", number.to_string())]));
    let tabs = if organizes { tabs::of_organizer(&page, &event.slug, "groups") } else { Vec::new() };
    let heading = Heading::of(&page, &event, now);
    let open = event.phase(now) == Phase::OnSite;
    page::answer(&Office { page, tabs, heading, form, groups, icebreakers, talents, open })
}

#[get("/office/e/{event}/groups")]
async fn open_groups(house: House, visit: Visit, host: Host) -> Result<HttpResponse, Error> {
    render_groups(&house, visit.page, host, None).await
}

#[post("/office/e/{event}/groups")]
async fn group_everybody(house: House, visit: Visit, host: Host, form: Form) -> Result<HttpResponse, Error> {
    let by = host.clone();
    let formed = async {
        let wish: Wish = body::read(json!({ "groups": form.number("groups"), "anew": form.flag("anew") }))?;
        house.run(async move |app| form_groups::form(&app, &by, &wish).await).await
    };
    match formed.await {
        Ok(()) => see_saying(&address(&host), "groups-formed"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_groups(&house, page, host, Some(form))).await
        }
    }
}

#[post("/office/e/{event}/groups/icebreakers")]
async fn draw(house: House, visit: Visit, host: Host, form: Form) -> Result<HttpResponse, Error> {
    let by = host.clone();
    match house.run(async move |app| break_ice::draw(&app, &by).await).await {
        Ok(_) => see_saying(&address(&host), "ice-broken"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| render_groups(&house, page, host, Some(form))).await
        }
    }
}

impl Office {
    fn here(&self) -> String {
        format!("/office/e/{}/groups", self.heading.slug)
    }

    fn pair(&self, pair: &[BadgeAndNickname]) -> String {
        pair.iter().map(|one| one.badge.as_str()).collect::<Vec<_>>().join(" · ")
    }
}
