//! The language switch.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use serde::Deserialize;

use super::{LANGUAGE_COOKIE, fluent, own_path, see};
use crate::error::{Error, Fault, Refused};

#[derive(Deserialize)]
struct Came {
    to: Option<String>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(switch);
}

/// Remembers the language and goes back to where the reader was.
#[get("/language/{tag}")]
async fn switch(tag: Path<String>, came: Query<Came>) -> Result<HttpResponse, Error> {
    let language = fluent::language(&tag).ok_or_else(Refused::not_found)?;
    let cookie = Cookie::build(LANGUAGE_COOKIE, fluent::tag(language))
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .max_age(Duration::days(365))
        .finish();
    let mut answer = see(own_path(came.to.as_deref()));
    answer.add_cookie(&cookie).map_err(Fault::of)?;
    Ok(answer)
}
