//! The calls of this room.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::add_seats::{MoreSeats, add_seats};
use super::board::{self, Board};
use super::commit_run::{Draw, commit_run};
use super::fill_seats::{self, Call, Promoted};
use super::publish_list::{Announcement, publish_list};
use super::published::{self, Published, PublishedAddition, PublishedList, PublishedRun};
use super::reply::{Answer, reply};
use super::standing::{self, Standing, Why};
use super::trial::{Preview, Trial, preview};
use super::{addition, placement, run};
use crate::app::House;
use crate::body::Body;
use crate::error::{Error, Fault, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Status};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::boards::field::Wishing;
use queqiao_screening::lottery::canonical_row;

/// Where I stand: status, points, rank, cut line, and after the run why. Who: participant.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), responses(
    (status = 200, body = Standing),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[get("/events/{event}/registrations/me")]
pub async fn my_registration(house: House, me: Participant) -> Result<Json<Standing>, Error> {
    house.ask(async move |app| standing::of(&app, &me).await).await.map(Json)
}

/// What was answered to an invitation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvitationReplied)]
pub struct Replied {
    pub status: Status,
    pub reply_by: Option<DateTime<Utc>>,
}

/// Confirms or declines the seat; a declined one goes to the next in line at once. Who: participant.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), request_body = Answer, responses(
    (status = 200, body = Replied),
    (status = 403, description = "`not_registered`"),
    (status = 409, description = "`no_seat_offered`, `seat_gone`, `phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/registrations/me/reply")]
pub async fn answer_invitation(
    house: House,
    me: Participant,
    answer: Body<Answer>,
) -> Result<(Json<Replied>, StatusCode), Error> {
    let replied = |registration::Model { status, reply_by, .. }| (Replied { status, reply_by }, StatusCode::OK);
    let answer = answer.into_inner();
    house.tell(replied, async move |app| reply(&app, &me, answer).await).await
}

/// Publishes the root of the list and the name of the draw to come. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), request_body = Announcement, responses(
    (status = 201, body = PublishedList),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`phase_closed`, `ledger_not_frozen`, `already_screened`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/screening/list")]
pub async fn fix_list(
    house: House,
    by: Organizer,
    announcement: Body<Announcement>,
) -> Result<(Json<PublishedList>, StatusCode), Error> {
    let published = |list| (PublishedList::from(list), StatusCode::CREATED);
    let announcement = announcement.into_inner();
    house.tell(published, async move |app| publish_list(&app, &by, announcement).await).await
}

/// What a screening would come to now, with other rules where they are given; nothing is stored. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), request_body = Trial, responses(
    (status = 200, body = Preview),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`boards_have_rules`"),
    (status = 422, description = "`invalid`: rules that contradict themselves"),
), security(("bearer" = [])))]
#[post("/events/{event}/screening/preview")]
pub async fn try_rules(house: House, by: Organizer, trial: Body<Trial>) -> Result<Json<Preview>, Error> {
    house.run(async move |app| preview(&app, &by, trial.into_inner()).await).await.map(Json)
}

/// Screens: seats, standbys, explanations and letters, once. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), request_body = Draw, responses(
    (status = 201, body = PublishedRun),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`ledger_not_frozen`, `already_screened`, `phase_closed`, `quotas_cannot_be_met` (with `limits` and `smallest_change`)"),
    (status = 422, description = "`invalid`: the announced draw has no `beacon`"),
), security(("bearer" = [])))]
#[post("/events/{event}/screening/runs")]
pub async fn screen(house: House, by: Organizer, draw: Body<Draw>) -> Result<(Json<PublishedRun>, StatusCode), Error> {
    let run = house.run(async move |app| {
        let run = commit_run(&app, &by, draw.into_inner()).await?;
        Ok(published::of_run(&app, &by.event, run).await?)
    });
    Ok((Json(run.await?), StatusCode::CREATED))
}

/// A run. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, body = PublishedRun),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/screening/runs/{n}")]
pub async fn read_run(house: House, by: Organizer, request: HttpRequest) -> Result<Json<PublishedRun>, Error> {
    let number = number_in_path(&request)?;
    let run = house.run(async move |app| {
        let run = run::numbered(app.database.reader(), by.event.id, number).await?.ok_or_else(Refused::not_found)?;
        Ok(published::of_run(&app, &by.event, run).await?)
    });
    run.await.map(Json)
}

/// The record of a run, as `queqiao verify` recomputes it byte for byte. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, description = "The record", body = Object, content_type = "application/json"),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/screening/runs/{n}/file")]
pub async fn read_file(house: House, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let number = number_in_path(&request)?;
    let name = format!("attachment; filename=\"{}-screening-{number}.json\"", by.event.slug);
    let run = house
        .run(async move |app| {
            let run = run::numbered(app.database.reader(), by.event.id, number).await?;
            Ok(run.ok_or_else(Refused::not_found)?)
        })
        .await?;
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type(ContentType::json()).insert_header((CONTENT_DISPOSITION, name)).body(run.file))
}

/// What anybody may check: the list's root, the draw, the seed and the cut lines. Who: anyone.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), responses(
    (status = 200, body = Published),
))]
#[get("/events/{event}/screening")]
pub async fn read_published(house: House, event: Path<String>) -> Result<Json<Published>, Error> {
    let slug = event.into_inner();
    let published = house.run(async move |app| {
        let db = app.database.reader();
        let event = event::by_slug(db, &slug).await?.filter(|event| event.is_published(app.now()));
        Ok(published::of_event(&app, &event.ok_or_else(Refused::not_found)?).await?)
    });
    published.await.map(Json)
}

/// My line of the list, how to find it below the published root, and why the run came to this for me.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyScreeningLine)]
pub struct MyLine {
    #[schema(example = "A0012")]
    pub number: String,
    /// The row as it is hashed: `SHA-256(0x00 ‖ salt ‖ row)`.
    pub row: String,
    pub salt: String,
    /// Which leaf it is, from 0, of how many.
    pub leaf: i32,
    pub leaves: i32,
    /// Sibling hashes from the leaf up to the root.
    pub path: Vec<String>,
    pub list_root: String,
    pub explanation: Why,
}

/// My own line, its proof and its explanation; 404 before the run. Who: participant.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), responses(
    (status = 200, body = MyLine),
    (status = 403, description = "`not_registered`"),
), security(("bearer" = [])))]
#[get("/events/{event}/screening/me")]
pub async fn read_my_line(house: House, me: Participant) -> Result<Json<MyLine>, Error> {
    let line = house.run(async move |app| {
        let db = app.database.reader();
        let placement = placement::Entity::find_by_id(me.registration.id).one(db).await?;
        let placement = placement.ok_or_else(Refused::not_found)?;
        let run = run::of_event(db, me.event.id).await?.ok_or_else(Refused::not_found)?;
        let list = super::list::Entity::find_by_id(run.list_id).one(db).await?;
        let explanation = standing::of(&app, &me).await?.explanation.ok_or_else(Refused::not_found)?;
        let leaves = list.as_ref().map_or(0, |list| list.people);
        let listed = match list.filter(|_| run.boards.is_some()) {
            Some(list) => list.lines()?.into_iter().find(|line| line.applicant.number == placement.number),
            None => None,
        };
        let wishes = listed.map(|line| line.wishes).unwrap_or_default();
        Ok(my_line(&placement, &run, (leaves, wishes), &me, explanation)?)
    });
    line.await.map(Json)
}

fn my_line(
    placement: &placement::Model,
    run: &run::Model,
    (leaves, wishes): (i32, Vec<String>),
    me: &Participant,
    explanation: Why,
) -> Result<MyLine, Fault> {
    // The list was fixed before anybody was seated: held means guaranteed there.
    let listed = Applicant {
        number: placement.number.clone(),
        side: placement.side.into(),
        unit: placement.unit.clone(),
        band: placement.band.clone(),
        class: placement.class,
        points: placement.points,
        held: me.registration.held,
    };
    Ok(MyLine {
        number: placement.number.clone(),
        row: match wishes.is_empty() {
            true => canonical_row(&listed),
            false => Wishing { applicant: listed, wishes, keeps: None }.canonical_row(),
        },
        salt: placement.salt.clone(),
        leaf: placement.leaf,
        leaves,
        path: serde_json::from_str(&placement.path).map_err(Fault::of)?,
        list_root: run.list_root.clone(),
        explanation,
    })
}

/// Who waits, who is asked, which seats moved. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), responses(
    (status = 200, body = Board),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "also before the run"),
), security(("bearer" = [])))]
#[get("/events/{event}/screening/standby")]
pub async fn read_standby(house: House, by: Organizer) -> Result<Json<Board>, Error> {
    house.run(async move |app| board::read(app.database.reader(), &by.event).await).await.map(Json)
}

/// Tries the empty seats of a side again with those who wait. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), request_body = Call, responses(
    (status = 200, body = Promoted),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "also before the run"),
    (status = 409, description = "`no_empty_seat`, `nobody_fits` (with `limits`), `phase_closed`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/screening/standby/promotions")]
pub async fn promote_standby(house: House, by: Organizer, call: Body<Call>) -> Result<Json<Promoted>, Error> {
    house.run(async move |app| fill_seats::fill_seats(&app, &by, call.into_inner()).await).await.map(Json)
}

/// Who was asked because of seats that were added.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeatsAdded)]
pub struct SeatsAdded {
    #[serde(flatten)]
    pub addition: PublishedAddition,
    #[schema(example = json!(["A0012"]))]
    pub offered: Vec<String>,
}

/// Adds seats after the run: the next in line are asked, and the published record says so. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path)), request_body = MoreSeats, responses(
    (status = 201, body = SeatsAdded),
    (status = 403, description = "`wrong_role`"),
    (status = 404, description = "also before the run"),
    (status = 409, description = "`seats_not_filled` (with `limits`), `phase_closed`, `boards_have_rules`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/events/{event}/screening/seats")]
pub async fn add_more_seats(
    house: House,
    by: Organizer,
    wish: Body<MoreSeats>,
) -> Result<(Json<SeatsAdded>, StatusCode), Error> {
    let added = house.run(async move |app| add_seats(&app, &by, wish.into_inner()).await);
    let (addition, offered) = added.await?;
    Ok((Json(SeatsAdded { addition: addition.into(), offered }), StatusCode::CREATED))
}

/// The record of seats that were added, as `queqiao verify` computes it again after the run's. Who: organizer.
#[utoipa::path(tag = "screening", params(("event" = String, Path), ("n" = i32, Path)), responses(
    (status = 200, description = "The record", body = Object, content_type = "application/json"),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/screening/additions/{n}/file")]
pub async fn read_addition(house: House, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let number = number_in_path(&request)?;
    let name = format!("attachment; filename=\"{}-screening-addition-{number}.json\"", by.event.slug);
    let added = house.run(async move |app| {
        let additions = addition::of_event(app.database.reader(), by.event.id).await?;
        Ok(additions.into_iter().find(|one| one.number == number).ok_or_else(Refused::not_found)?)
    });
    let file = added.await?.file;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).insert_header((CONTENT_DISPOSITION, name)).body(file))
}

fn number_in_path(request: &HttpRequest) -> Result<i32, Error> {
    let number = request.match_info().get("n").and_then(|number| number.parse().ok());
    number.ok_or_else(|| Refused::not_found().into())
}
