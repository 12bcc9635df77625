//! Where people read their points.

use actix_web::get;
use actix_web::web::Json;
use chrono::{DateTime, NaiveDate, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::ladder::{Ladder, Rung};
use super::rules::RuleSet;
use super::statement::{self, Statement};
use super::{board, digest, frozen};
use crate::app::House;
use crate::body::Query;
use crate::error::Error;
use crate::events::access::Guest;
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// How many people the top of a leaderboard shows.
const TOP: usize = 50;
/// How many people above and below oneself are shown.
const REACH: usize = 5;

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
    Ok(Json(house.run(read).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichSide {
    /// `men` or `women`; one's own where it is left out.
    side: Option<Side>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Leaderboard {
    side: Side,
    /// When it was read; at most two seconds ago.
    at: DateTime<Utc>,
    /// Everybody on this side.
    people: usize,
    cut: Cut,
    /// The first 50.
    top: Vec<Place>,
    /// Five above and five below me; empty on the other side's board.
    around: Vec<Place>,
    /// My own place; none on the other side's board.
    me: Option<Place>,
}

/// Where the last seat would go if the screening were now. Unit caps and age bands are not in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cut {
    /// Seats of this side.
    seats: usize,
    /// The points of whoever would take the last one; none while there are seats for everybody.
    points: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Place {
    /// One more than the people strictly ahead; equals share it, and the lottery will part them.
    rank: usize,
    nickname: String,
    points: i64,
    me: bool,
}

/// The ranking of a side: its top, my neighbourhood and the present cut line. Who: participant.
#[utoipa::path(
    tag = "points",
    params(WhichSide),
    responses(
        (status = 200, body = Leaderboard),
        (status = 403, description = "`not_registered`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/leaderboard")]
pub async fn leaderboard(house: House, me: Participant, which: Query<WhichSide>) -> Result<Json<Leaderboard>, Error> {
    let side = which.side.unwrap_or(me.registration.side);
    let event = me.event.clone();
    let board = house.run(async move |app| Ok(board::of_event(&app, &event).await?)).await?;
    let ladder = board.side(side);
    Ok(Json(build_leaderboard(ladder, side, board.at, me.registration.id)))
}

fn build_leaderboard(ladder: &Ladder, side: Side, at: DateTime<Utc>, me: Uuid) -> Leaderboard {
    let place = |(rank, rung): (usize, &Rung)| Place {
        rank,
        nickname: rung.nickname.clone(),
        points: rung.points,
        me: rung.registration_id == me,
    };
    let mine = ladder.place(me);
    let cut = ladder.cut_line();
    Leaderboard {
        side,
        at,
        people: ladder.len(),
        cut: Cut { seats: cut.seats, points: cut.points },
        top: ladder.top(TOP).map(place).collect(),
        around: mine.map(|at| ladder.around(at, REACH).map(place).collect()).unwrap_or_default(),
        me: mine.and_then(|at| ladder.around(at, 0).next()).map(place),
    }
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
