//! `/styleguide`: every part the pages are made of, in one place to look at, where the settings
//! allow it (a demonstration does).

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Deserialize;

use super::form::Form;
use super::{Page, Tab, answer};
use crate::app::House;
use crate::error::{Error, FieldError, Refused};

#[derive(Deserialize)]
struct StyleguideQuery {
    /// Whether the form is shown as it looks after it was refused.
    refused: Option<String>,
}

#[derive(Template)]
#[template(path = "page/styleguide.html")]
struct Styleguide {
    page: Page,
    form: Form,
    tabs: Vec<Tab>,
    sides: Vec<(&'static str, String)>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(styleguide);
}

#[get("/styleguide")]
async fn styleguide(house: House, request: HttpRequest, query: Query<StyleguideQuery>) -> Result<HttpResponse, Error> {
    if !house.settings.server.styleguide {
        return Err(Refused::not_found().into());
    }
    let page = Page::of(&request);
    let filled = Form::filled([("nickname", "林深见鹿"), ("about", "周末爬山,平时读书。"), ("side", "women")]);
    let form = match query.refused {
        Some(_) => filled.refused(&page, looks_wrong())?,
        None => filled,
    };
    let tab = |key: &str, count, open| Tab { name: page.t(key), address: "/styleguide".to_owned(), count, open };
    let tabs = vec![tab("guide-tab-one", Some(12), true), tab("guide-tab-two", Some(3), false)];
    let sides = vec![("men", page.t("side-men")), ("women", page.t("side-women"))];
    answer(&Styleguide { form, tabs, sides, page })
}

fn looks_wrong() -> Error {
    let wrong = |field, code| FieldError::new(field, code, "");
    Refused::invalid(vec![wrong("nickname", "too_long"), wrong("about", "blank"), wrong("consent", "needed")]).into()
}
