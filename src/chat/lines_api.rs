//! Where people read the chat, say something, take it down and report.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Json;
use actix_web::{FromRequest, HttpRequest, HttpResponse, delete, dev, get, post};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use queqiao_photos::Developed;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::complain::{self, NewChatReport};
use super::line::{self, State};
use super::room::Which;
use super::say::{self, Allowance, NewChatLine};
use super::transcript::{self, Transcript};
use super::{entrance, photo_page, take_down};
use crate::app::{App, House};
use crate::body::{self, Body, Query};
use crate::error::{Error, FieldError, Refused};
use crate::events::access::{Guest, id_in_path};
use crate::picture::upload::PhotoForm;
use crate::plaza::photo::Size;
use crate::registrations::access::Participant;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichChatLines {
    /// `earlier` of the part that was read before.
    before: Option<i64>,
    /// How many, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
}

/// A line on its way in: plain words as JSON, or a form with a picture.
pub enum LineForm {
    Plain(Body<NewChatLine>),
    WithPicture(PhotoForm),
}

/// A line as a form; as JSON it has no picture.
#[derive(ToSchema)]
pub struct LineWithPicture {
    /// As in JSON.
    #[schema(max_length = 500)]
    pub body: String,
    /// JPEG, PNG or WebP of at most 12 MB.
    #[schema(value_type = Option<String>, format = Binary)]
    pub photo: Option<Developed>,
}

impl LineForm {
    async fn receive(self, house: &House, who: &Participant, which: Which) -> Result<LineWithPicture, Error> {
        match self {
            Self::Plain(line) => Ok(LineWithPicture { body: line.into_inner().body, photo: None }),
            Self::WithPicture(form) => {
                let asks = who.clone();
                let asking = house.run(async move |app| say::allowance(&app, &asks, which).await);
                let Allowance { most, may, refusal } = asking.await?;
                let received = form.receive(who.account.account_id, most, may).await?;
                let line: NewChatLine = body::read(json!({ "body": received.form.value("body") }))?;
                let photos = received.photos.map_err(|wrong| say::without_pictures(most, refusal, wrong))?;
                Ok(LineWithPicture { body: line.body, photo: photos.into_iter().next() })
            }
        }
    }
}

impl FromRequest for LineForm {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            PhotoForm::from_request(request, payload).map(|form| form.map(Self::WithPicture)).boxed_local()
        } else {
            Body::from_request(request, payload).map(|line| line.map(Self::Plain)).boxed_local()
        }
    }
}

/// The room a path names.
///
/// # Errors
/// 404 where it is none.
pub fn room_in_path(request: &HttpRequest) -> Result<Which, Error> {
    request.match_info().get("room").unwrap_or_default().parse()
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ChatLineAdded {
    id: Uuid,
    number: i64,
    state: State,
    at: DateTime<Utc>,
}

/// What was said last in a room, in the order it was said. Who: participant, from the online phase on; after the
/// evening whoever is in the circle.
#[utoipa::path(
    tag = "chat",
    params(("room" = String, Path, description = "`all`, or the number of my group"), WhichChatLines),
    responses(
        (status = 200, body = Transcript),
        (status = 403, description = "`not_registered`, `not_approved`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `chat_over`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/chat/{room}/lines")]
pub async fn chat_lines(
    house: House,
    me: Participant,
    request: HttpRequest,
    wanted: Query<WhichChatLines>,
) -> Result<Json<Transcript>, Error> {
    let which = room_in_path(&request)?;
    let WhichChatLines { before, limit } = wanted.into_inner();
    let limit = limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Refused::invalid(vec![FieldError::new("limit", "out_of_range", "1 to 200")]).into());
    }
    let read = async move |app: Arc<App>| {
        let (terms, seat) = entrance::look(&app, &me, which).await?;
        Ok(transcript::read(&app, &me.event, (terms, which), Some(seat), (before, limit)).await?)
    };
    house.run(read).await.map(Json)
}

/// Says something; words stand at once, a picture as the terms of the event say. Who: participant, from the online phase
/// on; after the evening whoever is in the circle.
#[utoipa::path(
    tag = "chat",
    params(("room" = String, Path, description = "`all`, or the number of my group")),
    request_body(content(
        (NewChatLine = "application/json"),
        (LineWithPicture = "multipart/form-data"),
    )),
    responses(
        (status = 201, body = ChatLineAdded),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`, `not_in_circle`, `no_pictures`"),
        (status = 409, description = "`phase_closed`, `chat_over`, `chat_read_only`"),
        (status = 413),
        (status = 415),
        (status = 422, description = "`invalid`: `blank`, `not_a_photo`, …"),
        (status = 429, description = "`too_many_requests`: the room is slow, or the day's lines are written"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/chat/{room}/lines")]
pub async fn say_in_chat(
    house: House,
    me: Participant,
    request: HttpRequest,
    form: LineForm,
) -> Result<(Json<ChatLineAdded>, StatusCode), Error> {
    let which = room_in_path(&request)?;
    let LineWithPicture { body, photo } = form.receive(&house, &me, which).await?;
    let added =
        |line::Model { id, number, state, at, .. }| (ChatLineAdded { id, number, state, at }, StatusCode::CREATED);
    house.tell(added, async move |app| say::say(&app, &me, which, body, photo).await).await
}

/// Takes down what I said, with its picture; again changes nothing. Whoever is not of the room any more may do so too.
/// Who: participant.
#[utoipa::path(
    tag = "chat",
    params(
        ("room" = String, Path, description = "`all`, or the number of my group"),
        ("id" = Uuid, Path, description = "What I said"),
    ),
    responses(
        (status = 204),
        (status = 403, description = "`not_registered`"),
        (status = 409, description = "`phase_closed`, `chat_over`"),
    ),
    security(("bearer" = []))
)]
#[delete("/events/{event}/chat/{room}/lines/{id}")]
pub async fn take_down_chat_line(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let (which, id) = (room_in_path(&request)?, id_in_path(&request, "id")?);
    house.run(async move |app| take_down::take_down(&app, &me, which, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reports something to the organizer; a second person's report takes it out of sight until the organizer has looked.
/// Who: participant.
#[utoipa::path(
    tag = "chat",
    params(
        ("room" = String, Path, description = "`all`, or the number of my group"),
        ("id" = Uuid, Path, description = "What another person said"),
    ),
    request_body = NewChatReport,
    responses(
        (status = 204),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `chat_over`, `already_reported`, `not_anothers`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/chat/{room}/lines/{id}/reports")]
pub async fn report_chat_line(
    house: House,
    me: Participant,
    request: HttpRequest,
    report: Body<NewChatReport>,
) -> Result<HttpResponse, Error> {
    let (which, id) = (room_in_path(&request)?, id_in_path(&request, "id")?);
    let reason = report.into_inner().reason;
    house.done(async move |app| complain::complain(&app, &me, which, id, reason).await).await
}

/// The picture of a line I may see. It never changes. Who: participant, host, organizer.
#[utoipa::path(
    tag = "chat",
    params(
        ("id" = Uuid, Path, description = "The line"),
        ("size" = inline(Size), Path, description = "`small` is at most 320 pixels wide and high"),
    ),
    responses(
        (status = 200, description = "A JPEG of our own making", content_type = "image/jpeg"),
        (status = 404, description = "`not_found`: not there, or not for me"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/chat/photos/{id}/{size}")]
pub async fn chat_picture(house: House, guest: Guest, request: HttpRequest) -> Result<HttpResponse, Error> {
    photo_page::picture(house, guest, &request).await
}
