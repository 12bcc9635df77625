//! What the two let their volunteer see, and what the volunteer writes to them.

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, post};
use askama::Template;
use serde_json::json;
use uuid::Uuid;

use super::look_up_contact::{self, Reachable};
use super::page::show_case;
use super::write_to_couple::{self, NewCaseLetter};
use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page};

#[derive(Template)]
#[template(path = "volunteers/contact.html")]
struct Contact {
    page: Page,
    couple_id: Uuid,
    people: Vec<Reachable>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(see_contact).service(send_letter);
}

/// Shows what the two allow, this once: each look is on record.
#[post("/volunteer/c/{couple}/contact")]
async fn see_contact(
    house: House,
    request: HttpRequest,
    visit: Visit,
    account: SignedIn,
) -> Result<HttpResponse, Error> {
    let couple_id = id_in_path(&request, "couple")?;
    let people = house.run(async move |app| look_up_contact::look(&app, account, couple_id).await).await?;
    page::answer(&Contact { page: visit.page, couple_id, people })
}

#[post("/volunteer/c/{couple}/letters")]
async fn send_letter(
    house: House,
    request: HttpRequest,
    visit: Visit,
    account: SignedIn,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "couple")?;
    let written = async {
        let letter: NewCaseLetter = body::read(json!({ "body": form.value("body"), "to": form.text("to") }))?;
        house.run(async move |app| write_to_couple::write(&app, account, id, letter).await).await
    };
    match written.await {
        Ok(()) => see_saying(&format!("/volunteer/c/{id}"), "case-letter-sent"),
        Err(error) => {
            let show = async |page, form| show_case(&house, &request, page, account, form).await;
            form.show_again(visit.page, error, show).await
        }
    }
}

impl Contact {
    /// What one allows, with the names of the fields.
    fn fields(&self, one: &Reachable) -> Vec<(String, String, Option<String>)> {
        let details = one.details.clone();
        let fields = [
            ("contact-phone", details.phone, Some("tel:")),
            ("contact-wechat", details.wechat, None),
            ("contact-email", details.email, Some("mailto:")),
        ];
        let field = |(key, value, scheme): (&str, Option<String>, Option<&str>)| {
            let value = value?;
            let link = scheme.map(|scheme| format!("{scheme}{value}"));
            Some((self.page.t(key), value, link))
        };
        fields.into_iter().filter_map(field).collect()
    }
}
