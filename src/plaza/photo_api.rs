//! Photos through the API: posts that have some, the portrait, and the pictures themselves.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Json;
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, get, post};
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use queqiao_photos::Developed;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::api::{PutUp, put_up};
use super::contribute::{NewContribution, NewPost, may_contribute};
use super::contribution::{Kind, State};
use super::entrance::{may_look, may_put_up};
use super::photo::{self, Frame, Size};
use super::{photo_page, portrait};
use crate::app::House;
use crate::body::{self, Body};
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Guest;
use crate::picture::upload::PhotoForm;
use crate::registrations::access::Participant;

/// A post as a form; as JSON it has no photos.
#[derive(ToSchema)]
pub struct PostWithPhotos {
    /// As in JSON.
    #[schema(min_length = 1, max_length = 2000)]
    pub body: String,
    /// JPEG, PNG or WebP, at most three of at most 12 MB each.
    #[schema(value_type = Vec<String>, format = Binary, max_items = 3)]
    pub photo: Vec<Developed>,
}

/// A post on its way in: plain words as JSON, or a form with photos.
pub enum PostForm {
    Plain(Body<NewPost>),
    WithPhotos(PhotoForm),
}

impl PostForm {
    /// # Errors
    /// As [`PhotoForm::receive`]; 422 where the words or a photo are wrong.
    pub async fn receive(self, house: &House, who: &Participant) -> Result<PostWithPhotos, Error> {
        match self {
            Self::Plain(post) => Ok(PostWithPhotos { body: post.into_inner().body, photo: Vec::new() }),
            Self::WithPhotos(form) => {
                let may = may_today(house, who, Kind::Post).await;
                let received = form.receive(who.account.account_id, photo::MOST, may).await?;
                let post: NewPost = body::read(json!({ "body": received.form.value("body") }))?;
                Ok(PostWithPhotos { body: post.body, photo: received.photos? })
            }
        }
    }
}

impl FromRequest for PostForm {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            PhotoForm::from_request(request, payload).map(|form| form.map(Self::WithPhotos)).boxed_local()
        } else {
            Body::from_request(request, payload).map(|post| post.map(Self::Plain)).boxed_local()
        }
    }
}

/// Puts up a portrait, which replaces the one before once it is approved: a photo as the body, or as
/// `photo` in a form. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    request_body(content(
        (inline(Vec<u8>) = "image/jpeg"),
        (inline(Vec<u8>) = "image/png"),
        (inline(Vec<u8>) = "image/webp"),
    ), description = "At most 12 MB"),
    responses(
        (status = 201, body = super::api::Contributed),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 413),
        (status = 415),
        (status = 422, description = "`invalid`: `no_photo`, `not_a_photo`, …"),
        (status = 429),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/portraits")]
pub async fn put_up_portrait(house: House, me: Participant, form: PhotoForm) -> PutUp {
    may_put_up(&house, &me)?;
    let may = may_today(&house, &me, Kind::Portrait).await;
    let photos = form.receive(me.account.account_id, 1, may).await?.photos?;
    if photos.is_empty() {
        return Err(no_photo());
    }
    put_up(house, me, NewContribution { kind: Kind::Portrait, about: None, body: String::new(), photos }).await
}

/// As [`may_contribute`], asked by a handler.
///
/// # Errors
/// As there.
pub async fn may_today(house: &House, who: &Participant, kind: Kind) -> Result<(), Error> {
    let who = who.clone();
    house.run(async move |app| may_contribute(&app, &who, kind).await).await
}

/// 422 where a portrait was sent without a photo.
pub fn no_photo() -> Error {
    Refused::invalid(vec![FieldError::new("photo", "no_photo", "choose a photo")]).into()
}

/// The last portrait I put up, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyPortrait {
    id: Uuid,
    photo: Frame,
    state: State,
    /// What the organizer said when deciding.
    reason: Option<String>,
    at: DateTime<Utc>,
}

/// The last portrait I put up, and what became of it. Who: participant, from the online phase on.
#[utoipa::path(
    tag = "plaza",
    responses(
        (status = 200, body = MyPortrait),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 404, description = "`not_found`: I put up none"),
        (status = 409, description = "`phase_closed`"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/portraits/me")]
pub async fn my_portrait(house: House, me: Participant) -> Result<Json<MyPortrait>, Error> {
    let last = house.run(async move |app| {
        may_look(&app, &me)?;
        Ok(portrait::last_of(app.database.reader(), me.registration.id).await?)
    });
    let (of, photo) = last.await?.ok_or_else(Refused::not_found)?;
    Ok(Json(MyPortrait { id: of.id, photo, state: of.state, reason: of.reason, at: of.at }))
}

/// A photo of what I may see. It never changes. Who: participant, organizer.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path), ("size" = inline(Size), Path, description = "`small` is at most 320 pixels wide and high")),
    responses(
        (status = 200, description = "A JPEG of our own making", content_type = "image/jpeg"),
        (status = 404, description = "`not_found`: not there, or not for me"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/photos/{id}/{size}")]
pub async fn picture(house: House, guest: Guest, request: HttpRequest) -> Result<HttpResponse, Error> {
    photo_page::picture(house, guest, &request).await
}
