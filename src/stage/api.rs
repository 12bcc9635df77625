//! Where the host's console asks.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::confessions::{self, Speech};
use super::cue::Cue;
use super::draws::{self, StageDraw};
use super::queue::{self, Waiting};
use super::step::Steps;
use super::talents::{self, Act};
use super::{invite, set_aside, show, undo};
use crate::app::{App, House};
use crate::body::Body;
use crate::error::{Error, Fault};
use crate::events::access::Host;

/// The stage as the host sees it: what is on, and who may be called.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stage {
    /// To be sent as `from` with the next step.
    moves: i32,
    shows: Cue,
    can_undo: bool,
    /// Whether the screen is blank, and undoing that brings back what was there.
    dark: bool,
    couples: Vec<Waiting>,
    /// 真情告白 both agreed to.
    confessions: Vec<Speech>,
    /// What those who are here offered to show.
    talents: Vec<Act>,
    /// 抽奖 whose lists are fixed.
    draws: Vec<StageDraw>,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StageShow)]
pub struct CueWanted {
    /// The `moves` the host saw.
    #[garde(skip)]
    from: i32,
    #[garde(skip)]
    cue: Cue,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StageAside)]
pub struct CoupleAside {
    #[garde(skip)]
    from: i32,
    #[garde(skip)]
    couple: Uuid,
}

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StageUndo)]
pub struct StepUndone {
    #[garde(skip)]
    from: i32,
}

async fn seen(app: Arc<App>, host: Host) -> Result<Stage, Fault> {
    let db = app.database.reader();
    let steps = Steps::of(db, host.event.id).await?;
    let couples = queue::of_event(db, host.event.id, &steps).await?;
    let confessions = confessions::of_event(db, host.event.id, &steps).await?;
    let talents = talents::of_event(db, host.event.id, &steps).await?;
    let draws = draws::of_event(db, host.event.id, &steps).await?;
    Ok(Stage {
        moves: steps.moves(),
        shows: steps.current_cue(),
        can_undo: steps.standing().next().is_some(),
        dark: steps.is_dark(),
        couples,
        confessions,
        talents,
        draws,
    })
}

/// What is on the screen, and the couples who may be called. Who: host.
#[utoipa::path(tag = "stage", responses(
    (status = 200, body = Stage),
    (status = 403),
),
    security(("bearer" = [])))]
#[get("/events/{event}/stage")]
pub async fn standing(house: House, host: Host) -> Result<Json<Stage>, Error> {
    house.ask(async move |app| seen(app, host).await).await.map(Json)
}

/// Puts something on the screen. Who: host.
#[utoipa::path(tag = "stage", request_body = CueWanted, responses(
    (status = 200, body = Stage),
    (status = 403),
    (status = 409, description = "`stage_moved`, `not_for_stage`, `gone_home`, `too_soon`, `left_out`"),
),
    security(("bearer" = [])))]
#[post("/events/{event}/stage/show")]
pub async fn show_cue(house: House, host: Host, wanted: Body<CueWanted>) -> Result<Json<Stage>, Error> {
    let CueWanted { from, cue } = wanted.into_inner();
    let stage = house.run(async move |app| {
        show::show(&app, &host, from, cue).await?;
        Ok(seen(app, host).await?)
    });
    stage.await.map(Json)
}

/// Leaves a couple for later. Who: host.
#[utoipa::path(tag = "stage", request_body = CoupleAside, responses(
    (status = 200, body = Stage),
    (status = 403),
    (status = 409, description = "`stage_moved`, `not_for_stage`"),
),
    security(("bearer" = [])))]
#[post("/events/{event}/stage/set-aside")]
pub async fn set_couple_aside(house: House, host: Host, wanted: Body<CoupleAside>) -> Result<Json<Stage>, Error> {
    let CoupleAside { from, couple } = wanted.into_inner();
    let stage = house.run(async move |app| {
        set_aside::set_aside(&app, &host, from, couple).await?;
        Ok(seen(app, host).await?)
    });
    stage.await.map(Json)
}

/// Takes the last step back, whatever it was. Who: host.
#[utoipa::path(tag = "stage", request_body = StepUndone, responses(
    (status = 200, body = Stage),
    (status = 403),
    (status = 409, description = "`stage_moved`, `nothing_to_undo`"),
),
    security(("bearer" = [])))]
#[post("/events/{event}/stage/undo")]
pub async fn undo_step(house: House, host: Host, wanted: Body<StepUndone>) -> Result<Json<Stage>, Error> {
    let StepUndone { from } = wanted.into_inner();
    let stage = house.run(async move |app| {
        undo::undo(&app, &host, from).await?;
        Ok(seen(app, host).await?)
    });
    stage.await.map(Json)
}

/// One more screen may be opened, in either way, once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScreenInvited {
    /// What the QR says.
    url: String,
    url_ends_at: DateTime<Utc>,
    /// Six digits, to be typed at `/screen`.
    #[schema(example = "012345")]
    code: String,
    code_ends_at: DateTime<Utc>,
}

/// Lets one more browser become a big screen: by a link, or by six digits. Who: host.
#[utoipa::path(tag = "stage", responses(
    (status = 201, body = ScreenInvited),
    (status = 403),
),
    security(("bearer" = [])))]
#[post("/events/{event}/stage/screens")]
pub async fn invite_screen(house: House, host: Host) -> Result<(Json<ScreenInvited>, StatusCode), Error> {
    let invited = house.run(async move |app| invite::invite(&app, &host).await).await?;
    let url = house.public_url(&format!("/screen/{}", invited.token));
    let (url_ends_at, code, code_ends_at) = (invited.token_ends_at, invited.code, invited.code_ends_at);
    Ok((Json(ScreenInvited { url, url_ends_at, code, code_ends_at }), StatusCode::CREATED))
}
