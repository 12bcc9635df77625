//! Where the host's console asks.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{get, post};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::confessions::{self, Speech};
use super::cue::Cue;
use super::queue::{self, Waiting};
use super::step::Steps;
use super::{set_aside, show, undo};
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
    couples: Vec<Waiting>,
    /// 真情告白 both agreed to.
    confessions: Vec<Speech>,
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
    let can_undo = steps.standing().next().is_some();
    Ok(Stage { moves: steps.moves(), shows: steps.current_cue(), can_undo, couples, confessions })
}

/// What is on the screen, and the couples who may be called. Who: host.
#[utoipa::path(tag = "stage", responses(
    (status = 200, body = Stage),
    (status = 403),
),
    security(("bearer" = [])))]
#[get("/events/{event}/stage")]
pub async fn standing(house: House, host: Host) -> Result<Json<Stage>, Error> {
    Ok(Json(house.run(async move |app| Ok(seen(app, host).await?)).await?))
}

/// Puts something on the screen. Who: host.
#[utoipa::path(tag = "stage", request_body = CueWanted, responses(
    (status = 200, body = Stage),
    (status = 403),
    (status = 409, description = "`stage_moved`, `not_for_stage`, `too_soon`, `left_out`"),
),
    security(("bearer" = [])))]
#[post("/events/{event}/stage/show")]
pub async fn show_cue(house: House, host: Host, wanted: Body<CueWanted>) -> Result<Json<Stage>, Error> {
    let CueWanted { from, cue } = wanted.into_inner();
    let stage = house.run(async move |app| {
        show::show(&app, &host, from, cue).await?;
        Ok(seen(app, host).await?)
    });
    Ok(Json(stage.await?))
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
    Ok(Json(stage.await?))
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
    Ok(Json(stage.await?))
}
