//! The public page of an event that is still being written, beside the form it is written in.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpResponse, get, post};
use askama::Template;

use super::{rows, typed};
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::body;
use crate::error::Error;
use crate::events::name::Name;
use crate::organizations::access::UnionStaff;
use crate::page::form::Form;
use crate::page::{self, Page};
use crate::planning::draw_up::sketch;
use crate::planning::poster::{self, Poster};
use crate::planning::spoken::{Card, Line, Place, Rule, Speaker, Step};
use crate::planning::wish::NewEvent;

/// As every page's, but our own pages may show it inside of them.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "planning/page/preview.html")]
struct Preview {
    page: Page,
    card: Card,
    about: String,
    path: Vec<Step>,
    programme: Vec<Line>,
    programme_title: String,
    rules: Vec<Rule>,
    hosts: Vec<(String, Vec<String>)>,
}

/// Where too little is known to show anything.
#[derive(Template)]
#[template(path = "planning/page/preview_empty.html")]
struct Empty {
    page: Page,
}

/// Before anything was typed.
#[get("/office/new/preview")]
pub async fn empty(visit: Visit, _: UnionStaff) -> Result<HttpResponse, Error> {
    answer(&Empty { page: visit.page })
}

/// Writes nothing: a form is sent because addresses are shared and kept.
#[post("/office/new/preview")]
pub async fn preview(house: House, visit: Visit, by: UnionStaff, form: Form) -> Result<HttpResponse, Error> {
    let poster = match drawn(&house, &by, &visit.page, &form) {
        Ok(poster) => poster,
        Err(Error::Refused(_)) => return answer(&Empty { page: visit.page }),
        Err(fault) => return Err(fault),
    };
    let speaker = Speaker { page: &visit.page, now: house.now() };
    answer(&Preview {
        card: speaker.card(&poster),
        path: speaker.path(&poster),
        programme: speaker.programme(&poster),
        programme_title: speaker.programme_title(&poster),
        rules: speaker.rules(&poster),
        hosts: speaker.hosts(&poster),
        about: poster.summary,
        page: visit.page.clone(),
    })
}

/// The poster as far as it goes: what is missing is called by its name, what cannot be is shown all the same.
fn drawn(app: &App, by: &UnionStaff, page: &Page, form: &Form) -> Result<Poster, Error> {
    let mut request = typed::wish(&rows::closed_up(form));
    if let Some(request) = request.as_object_mut() {
        for name in ["title", "venue"].into_iter().filter(|name| form.value(name).trim().is_empty()) {
            request.insert(name.to_owned(), page.t(&format!("drawing-{name}-missing")).into());
        }
        request.insert("slug".to_owned(), "preview".into());
    }
    let wish: NewEvent = body::read(request)?;
    let union = by.unions.iter().find(|union| union.slug == wish.organization).or(by.unions.first());
    let (mut event, _) = sketch(app, &wish, union.map(|union| union.id).unwrap_or_default(), None)?;
    event.published_at = Some(app.now());
    Ok(poster::drawn(event, union.cloned().map(Name::from), None, wish.hosts, app.now())?)
}

fn answer(template: &impl Template) -> Result<HttpResponse, Error> {
    let mut answer = page::answer(template)?;
    let policy = actix_web::http::header::HeaderValue::from_static(POLICY);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}
