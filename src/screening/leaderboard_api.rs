//! Where programs read the ranking.

use actix_web::get;
use actix_web::web::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::ladder;
use crate::app::House;
use crate::body::Query;
use crate::error::Error;
use crate::points::ladder::{Ladder, Rung};
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// How many people the top of a leaderboard shows.
const TOP: usize = 50;
/// How many people above and below oneself are shown.
const REACH: usize = 5;

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

/// Where the last seat went, or would go if the screening were now; then unit caps and age bands are not in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cut {
    /// Seats of this side; after the run those it gave.
    seats: usize,
    /// The points of whoever took or would take the last one; none where there are seats for everybody.
    points: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Place {
    /// One more than the people strictly ahead; equals share it until the lottery has parted them.
    rank: usize,
    nickname: String,
    points: i64,
    me: bool,
}

/// The ranking of a side: its top, my neighbourhood and the cut line: so far, or by the run. Who: participant.
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
pub async fn read_leaderboard(
    house: House,
    me: Participant,
    which: Query<WhichSide>,
) -> Result<Json<Leaderboard>, Error> {
    let side = which.side.unwrap_or(me.registration.side);
    let event = me.event.clone();
    let board = house.ask(async move |app| ladder::of_event(&app, &event).await).await?;
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
    // Who withdrew after the run keeps their place and has no name here.
    let named = |(_, rung): &(usize, &Rung)| !rung.nickname.is_empty();
    let mine = ladder.place(me);
    let cut = ladder.cut_line();
    Leaderboard {
        side,
        at,
        people: ladder.len(),
        cut: Cut { seats: cut.seats, points: cut.points },
        top: ladder.top(TOP).filter(named).map(place).collect(),
        around: mine.map(|at| ladder.around(at, REACH).filter(named).map(place).collect()).unwrap_or_default(),
        me: ladder.of_person(me).map(place),
    }
}
