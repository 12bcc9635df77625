//! 单位工会干事: says who works for the unit, and sees how many were confirmed. Nothing else: not who
//! applied, not even whether anybody did.

use actix_web::{HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::accounts::SignedIn;
use crate::accounts::address::MailAddress;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::{Error, FieldError, Refused};
use crate::organizations::refusals::WRONG_ROLE;
use crate::page::form::Form;
use crate::page::{self, Page, flash};
use crate::units::access::UnitVoice;
use crate::units::enroll::enroll;
use crate::units::overview::{self, Overview};
use crate::units::{roster_entry, unit};

/// As many as the call of the API takes.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "units/page/mine.html")]
struct Mine {
    page: Page,
    units: Vec<Overview>,
}

#[derive(Template)]
#[template(path = "units/page/confirm.html")]
struct Confirm {
    page: Page,
    unit: unit::Model,
    heads: u64,
    form: Form,
}

/// The units one speaks for. Who: unit contact.
#[get("/unit")]
pub async fn mine(house: House, visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    let units = house.ask(async move |app| overview::spoken_for(app.database.reader(), who.account_id).await).await?;
    if let [only] = units.as_slice() {
        return Ok(page::see(&format!("/unit/{}", only.unit.id)));
    }
    if units.is_empty() {
        return Err(WRONG_ROLE.saying("This is for unit contacts.").into());
    }
    page::answer(&Mine { units, page: visit.page })
}

/// One of them. Who: unit contact, organizer of the unit's union, administrator.
#[get("/unit/{unit}")]
pub async fn show_confirmation(house: House, visit: Visit, by: UnitVoice) -> Result<HttpResponse, Error> {
    confirm(&house, visit.page, &by, Form::default()).await
}

/// Confirms that people work there; the answer is the same whoever they are. Who: unit contact,
/// organizer of the unit's union, administrator.
#[post("/unit/{unit}")]
pub async fn confirmed(house: House, visit: Visit, by: UnitVoice, form: Form) -> Result<HttpResponse, Error> {
    let people = match people(form.value("emails")) {
        Ok(people) => people,
        Err(error) => {
            return form.show_again(visit.page, error, |page, form| confirm(&house, page, &by, form)).await;
        }
    };
    let back = format!("/unit/{}", by.unit.id);
    // How many of them are new would tell who was listed before.
    let count = people.len() as u64;
    house.run(async move |app| enroll(&app, &by, &people, false).await).await?;
    flash::see_counting(&back, "confirmed", count)
}

/// The addresses of a text: one a line, or with commas and spaces between.
fn people(text: &str) -> Result<Vec<MailAddress>, Error> {
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；' | '、');
    let addresses: Vec<&str> = text.split(apart).filter(|word| !word.is_empty()).collect();
    let wrong = |code, message: &str| Err(Refused::invalid(vec![FieldError::new("emails", code, message)]).into());
    match addresses.len() {
        0 => wrong("blank", "give at least one address"),
        1..=MOST => match addresses.iter().map(|word| MailAddress::read(word)).collect() {
            Ok(people) => Ok(people),
            Err(_) => wrong("mail_address", "each must be a mail address"),
        },
        _ => wrong("too_many", "at most 200 at once"),
    }
}

async fn confirm(house: &House, page: Page, by: &UnitVoice, form: Form) -> Result<HttpResponse, Error> {
    let unit = by.unit.clone();
    let of_unit = roster_entry::Entity::find().filter(roster_entry::Column::UnitId.eq(unit.id));
    let heads = house.ask(async move |app| of_unit.count(app.database.reader()).await).await?;
    page::answer(&Confirm { unit, heads, form, page })
}
