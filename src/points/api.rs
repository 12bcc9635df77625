//! Where people read their points.

use actix_web::get;
use actix_web::web::Json;
use chrono::{DateTime, NaiveDate, Utc};
use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::RuleSet;
use super::statement::{self, Statement};
use super::{digest, frozen};
use crate::app::House;
use crate::error::Error;
use crate::events::access::Guest;
use crate::registrations::access::Participant;

/// Every line of my points, why it is there, and what the caps did. Who: participant.
#[utoipa::path(
    tag = "points",
    responses(
        (status = 200, body = Statement),
        (status = 403, description = "`not_registered`"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/ledger/me")]
pub async fn my_statement(house: House, me: Participant) -> Result<Json<Statement>, Error> {
    let read = async move |app: std::sync::Arc<crate::app::App>| {
        Ok(statement::read(app.database.reader(), &me.event, me.registration.id, app.now()).await?)
    };
    house.run(read).await.map(Json)
}

/// What each action earns at this event. Who: anybody signed in.
#[utoipa::path(
    tag = "points",
    responses(
        (status = 200, body = RuleSet),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/ledger/rules")]
pub async fn rules(guest: Guest) -> Result<Json<RuleSet>, Error> {
    Ok(Json(RuleSet::of(&guest.event)?))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Digests {
    days: Vec<DayDigest>,
    /// None while points can still be earned.
    frozen: Option<Freeze>,
}

/// SHA-256 over the digest before (zeros at first) and the day's lines, sorted, each ended by a line feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayDigest {
    day: NaiveDate,
    lines: i32,
    /// Hexadecimal.
    digest: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Freeze {
    at: DateTime<Utc>,
    /// The last digest of the chain, hexadecimal.
    digest: String,
}

impl From<frozen::Model> for Freeze {
    fn from(frozen: frozen::Model) -> Self {
        Self { at: frozen.at, digest: frozen.hex() }
    }
}

/// The published digests of the ledger, day by day. Who: anybody signed in.
#[utoipa::path(
    tag = "points",
    responses(
        (status = 200, body = Digests),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/ledger/digests")]
pub async fn digests(house: House, guest: Guest) -> Result<Json<Digests>, Error> {
    let event_id = guest.event.id;
    let (days, frozen) = house
        .run(async move |app| {
            let db = app.database.reader();
            Ok((digest::of_event(db, event_id).await?, frozen::of_event(db, event_id).await?))
        })
        .await?;
    let day = |row: digest::Model| DayDigest { day: row.day, lines: row.lines, digest: HEXLOWER.encode(&row.digest) };
    Ok(Json(Digests { days: days.into_iter().map(day).collect(), frozen: frozen.map(Freeze::from) }))
}
