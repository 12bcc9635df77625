//! Names of units for somebody who types theirs into a form, signed in or not.

use std::collections::HashSet;
use std::sync::OnceLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get};
use sea_orm::EntityTrait;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::unit;
use crate::app::House;
use crate::error::{Error, Refused};
use crate::organizations::organization;
use crate::rate_limit::RateLimit;

/// Names one answer holds: a phone shows no more beneath a field.
const SHOWN: usize = 8;
/// What one network may ask a minute: an office where twenty people type at once.
const ASKED_A_MINUTE: u32 = 600;
/// Nobody types a longer name.
const LONGEST: usize = 80;

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    q: String,
    /// Slug or id of the union; every union where it is left out.
    organization: Option<String>,
}

/// How often a network has asked lately.
#[derive(Default)]
struct NamesRateLimit(OnceLock<RateLimit>);

/// The few units whose names come closest to what was typed. Nothing typed finds nothing: this is
/// for people who know where they work, not a list to take home.
#[get("/units/names")]
pub async fn names(house: House, request: HttpRequest, typed: Query<Typed>) -> Result<HttpResponse, Error> {
    let limit = house.extensions.get_or_default::<NamesRateLimit>();
    limit.0.get_or_init(|| RateLimit::per_minute(&house.settings, ASKED_A_MINUTE)).check(&request)?;
    let Typed { q, organization } = typed.into_inner();
    let found = house.run(async move |app| {
        let typed = unit::folded(&q);
        if typed.is_empty() || typed.chars().count() > LONGEST {
            return Ok(Vec::new());
        }
        let db = app.database.reader();
        let unions: Vec<Uuid> = match organization {
            Some(named) => vec![organization::named(db, &named).await?.ok_or_else(Refused::not_found)?.id],
            None => organization::Entity::find().all(db).await?.into_iter().map(|union| union.id).collect(),
        };
        Ok(unit::search(db, &unions, &typed).await?)
    });
    let mut seen = HashSet::new();
    let names = found.await?.into_iter().map(|unit| unit.name).filter(|name| seen.insert(name.clone()));
    let names: Vec<String> = names.take(SHOWN).collect();
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "private, max-age=60")).json(json!({ "names": names })))
}
