//! A letter as it would look, for the frame beside the composer.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, get, post};

use super::message::Message;
use super::whom::Whom;
use super::{letters, try_out};
use crate::app::House;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::language::Language;
use crate::page::fluent;
use crate::page::form::Form;

pub fn pages(config: &mut ServiceConfig) {
    config.service(look_at_letter).service(look_at_blank_letter);
}

#[post("/office/e/{event}/mail/preview")]
async fn look_at_letter(house: House, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    letter(&house, by, &form).await
}

/// The same before anything was written.
#[get("/office/e/{event}/mail/preview")]
async fn look_at_blank_letter(house: House, by: Organizer) -> Result<HttpResponse, Error> {
    letter(&house, by, &Form::default()).await
}

async fn letter(house: &House, by: Organizer, form: &Form) -> Result<HttpResponse, Error> {
    let or = |name: &str, (language, instead): (Language, &str)| match form.value(name).trim() {
        "" => fluent::say(language, instead, &[]),
        typed => typed.to_owned(),
    };
    let english = form.value("language") == "en";
    let message = Message {
        to: Whom::default(),
        subject: or("subject", (Language::Zh, "announce-preview-subject")),
        text: or("text", (Language::Zh, "announce-preview-text")),
        subject_en: Some(or("subject_en", (Language::En, "announce-preview-subject"))),
        text_en: Some(or("text_en", (Language::En, "announce-preview-text"))),
    };
    let drawn = house.run(async move |app| {
        let language = if english { Language::En } else { Language::Zh };
        let reader = try_out::oneself(&app, &by).await?.reading(language);
        Ok(letters::letter(&app, &by.event, &message, &reader, None)?.render()?)
    });
    let nothing = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, nothing))
        .content_type("text/html; charset=utf-8")
        .body(drawn.await?.html))
}
