//! The calls of the dates.

use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};

use super::exclude::{self, NewExclusion, Whom};
use super::extend::{self, FurtherTime};
use super::jot::{self, NewNote};
use super::mine::{self, MyDates, MyExclusion};
use super::overview::{self, Overview};
use super::plan::{self, PlanWishes};
use super::strike::{self, TableSeen};
use super::{call, miss, pause};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Host;
use crate::paging::Page;
use crate::registrations::access::Participant;

/// Plans, or plans again, the rounds not played yet, from who is inside now. `{}` asks for nothing special. Played
/// rounds stay as they are. Who: host, organizer.
#[utoipa::path(tag = "dates", request_body = PlanWishes, security(("bearer" = [])),
    responses(
        (status = 200, description = "Planned", body = Overview),
        (status = 403),
        (status = 409, description = "`phase_closed`, `nobody_present`, `all_rounds_played`, `hall_changed`"),
    ))]
#[post("/events/{event}/dates/plan")]
pub async fn plan_rounds(house: House, host: Host, wishes: Body<PlanWishes>) -> Result<Json<Overview>, Error> {
    let planned = house.run(async move |app| {
        plan::plan(&app, &host, wishes.into_inner()).await?;
        Ok(overview::look(app.database.reader(), &host.event).await?)
    });
    planned.await.map(Json)
}

/// The whole plan with its figures. Who: host, organizer.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    responses(
        (status = 200, body = Overview),
        (status = 403),
    ))]
#[get("/events/{event}/dates")]
pub async fn whole_plan(house: House, host: Host) -> Result<Json<Overview>, Error> {
    let seen = house.ask(async move |app| overview::look(app.database.reader(), &host.event).await);
    seen.await.map(Json)
}

/// My table and partner, round by round. Who: participant.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    responses(
        (status = 200, body = MyDates),
        (status = 403),
    ))]
#[get("/events/{event}/dates/me")]
pub async fn my_dates(house: House, me: Participant) -> Result<Json<MyDates>, Error> {
    house.ask(async move |app| mine::dates(app.database.reader(), &me).await).await.map(Json)
}

/// Starts a round; its tables are fixed from now on. Between two rounds the hall changes tables first: `started_at`
/// lies `pause_seconds` ahead. Who: host, organizer.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Started"),
        (status = 403),
        (status = 409, description = "`phase_closed`, `wrong_round_state`, `not_its_turn`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/start")]
pub async fn start_round(house: House, host: Host, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    house.done(async move |app| call::start(&app, &host, path.1).await).await
}

/// Ends a running round. Where its minutes had not begun nobody sat in it, and whom it put together may be planned
/// again. Who: host, organizer.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Finished"),
        (status = 403),
        (status = 409, description = "`phase_closed`, `wrong_round_state`, `not_its_turn`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/finish")]
pub async fn finish_round(house: House, host: Host, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    house.done(async move |app| call::finish(&app, &host, path.1).await).await
}

/// Begins the minutes of a round at once, while its tables are still being changed. Who: host, organizer.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Begun"),
        (status = 403),
        (status = 409, description = "`phase_closed`, `wrong_round_state`, `not_its_turn`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/begin")]
pub async fn begin_round(house: House, host: Host, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    house.done(async move |app| extend::begin(&app, &host, path.1).await).await
}

/// Stops the clock of a running round. Who: host, organizer.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Paused"),
        (status = 403),
        (status = 409, description = "`phase_closed`, `wrong_round_state`, `not_its_turn`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/pause")]
pub async fn pause_round(house: House, host: Host, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    house.done(async move |app| pause::pause(&app, &host, path.1).await).await
}

/// Lets a paused round go on at the same second, or takes up the last one within ten minutes of its end. Who: host, organizer.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Goes on"),
        (status = 403),
        (status = 409, description = "`phase_closed`, `wrong_round_state`, `round_over`, `not_its_turn`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/resume")]
pub async fn resume_round(house: House, host: Host, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    house.done(async move |app| pause::resume(&app, &host, path.1).await).await
}

/// Makes a running round longer. Who: host, organizer.
#[utoipa::path(tag = "dates", request_body = FurtherTime, security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Longer, or shorter"),
        (status = 403),
        (status = 409, description = "`phase_closed`, `wrong_round_state`, `too_little_left`, `not_its_turn`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/extend")]
pub async fn extend_round(
    house: House,
    host: Host,
    path: Path<(String, i32)>,
    further: Body<FurtherTime>,
) -> Result<HttpResponse, Error> {
    house.done(async move |app| extend::extend(&app, &host, path.1, further.into_inner()).await).await
}

/// Says that a table of a played round did not take place, or that it did after all. Who: host, organizer.
#[utoipa::path(tag = "dates", request_body = TableSeen, security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1"), ("table" = i32, Path, description = "Table, from 1")),
    responses(
        (status = 204, description = "Noted"),
        (status = 403),
        (status = 409, description = "`round_not_played`, `seated_again`"),
    ))]
#[put("/events/{event}/dates/rounds/{n}/tables/{table}")]
pub async fn table_seen(
    house: House,
    host: Host,
    path: Path<(String, i32, i32)>,
    seen: Body<TableSeen>,
) -> Result<HttpResponse, Error> {
    house.run(async move |app| strike::strike(&app, &host, path.1, path.2, seen.into_inner()).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Says that my table of the running round does not take place. Who: participant.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Noted"),
        (status = 403),
        (status = 409, description = "`round_not_running`"),
    ))]
#[post("/events/{event}/dates/rounds/{n}/missed")]
pub async fn date_missed(house: House, me: Participant, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    house.done(async move |app| miss::miss(&app, &me, path.1).await).await
}

/// Keeps a note to myself about whom I sat with in a round; nobody else reads it. Empty words take
/// it away. Who: participant.
#[utoipa::path(tag = "dates", request_body = NewNote, security(("bearer" = [])),
    params(("n" = i32, Path, description = "Round, from 1")),
    responses(
        (status = 204, description = "Kept"),
        (status = 403),
    ))]
#[put("/events/{event}/dates/rounds/{n}/note")]
pub async fn note_to_self(
    house: House,
    me: Participant,
    path: Path<(String, i32)>,
    note: Body<NewNote>,
) -> Result<HttpResponse, Error> {
    house.run(async move |app| jot::jot(&app, &me, path.1, note.into_inner()).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whom I asked never to be seated with. Who: participant.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    responses(
        (status = 200, body = Page<MyExclusion>),
        (status = 403),
    ))]
#[get("/events/{event}/dates/exclusions")]
pub async fn my_exclusions(house: House, me: Participant) -> Result<Json<Page<MyExclusion>>, Error> {
    house.ask(async move |app| mine::exclusions(app.database.reader(), &me).await).await.map(Json)
}

/// Asks never to be seated with somebody, who is not told. Saying it again changes the reason. Who: participant.
#[utoipa::path(tag = "dates", request_body = NewExclusion, security(("bearer" = [])),
    responses(
        (status = 204, description = "Noted"),
        (status = 403),
        (status = 422, description = "`unknown_badge` or `oneself` on `badge`, `too_many`"),
    ))]
#[post("/events/{event}/dates/exclusions")]
pub async fn keep_apart(house: House, me: Participant, wish: Body<NewExclusion>) -> Result<HttpResponse, Error> {
    let NewExclusion { badge, because } = wish.into_inner();
    house.done(async move |app| exclude::exclude(&app, &me, Whom::Wearing(badge), because).await).await
}

/// Takes back what I said about a badge. Who: participant.
#[utoipa::path(tag = "dates", security(("bearer" = [])),
    params(("badge" = String, Path, description = "As worn")),
    responses(
        (status = 204, description = "Taken back, or never said"),
        (status = 403),
    ))]
#[delete("/events/{event}/dates/exclusions/{badge}")]
pub async fn allow_again(house: House, me: Participant, path: Path<(String, String)>) -> Result<HttpResponse, Error> {
    let (_, badge) = path.into_inner();
    house.run(async move |app| exclude::take_back(&app, &me, Whom::Wearing(badge)).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
