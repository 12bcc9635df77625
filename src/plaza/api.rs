//! Where participants show themselves: posts, comments, likes and declarations.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, post};
use sea_orm::entity::prelude::Uuid;
use serde::Serialize;
use utoipa::ToSchema;

use super::contribute::{self, NewComment, NewContribution, NewDeclaration, NewPost};
use super::contribution::{self, Kind, State};
use super::entrance::may_put_up;
use super::like;
use super::photo_api::{PostForm, PostWithPhotos};
use super::take_back_own;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::points::fold::Awarded;
use crate::points::rules::Rule;
use crate::registrations::access::Participant;

/// What was put on the plaza, and what it earned at once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contributed {
    id: Uuid,
    /// `pending` until an organizer approves it; comments are `approved` at once.
    state: State,
    /// A post earns its points when it is approved, for the day it was written.
    awarded: Awarded,
}

/// What a handler answers that put something on the plaza.
pub type PutUp = Result<(Json<Contributed>, StatusCode), Error>;

pub async fn put_up(house: House, me: Participant, new: NewContribution) -> PutUp {
    let put = |contribution::Model { id, state, kind, .. }| {
        let awarded = Awarded::nothing((kind == Kind::Post).then_some(Rule::Post));
        (Contributed { id, state, awarded }, StatusCode::CREATED)
    };
    house.tell(put, async move |app| contribute::contribute(&app, &me, new).await).await
}

/// Posts something about oneself (风采), with up to three photos where it comes as a form; shown once
/// approved. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    request_body(content((NewPost = "application/json"), (PostWithPhotos = "multipart/form-data"))),
    responses(
        (status = 201, body = Contributed),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 413),
        (status = 415),
        (status = 429),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/posts")]
pub async fn put_up_post(house: House, me: Participant, post: PostForm) -> PutUp {
    may_put_up(&house, &me)?;
    let PostWithPhotos { body, photo: photos } = post.receive(&house, &me).await?;
    put_up(house, me, NewContribution { kind: Kind::Post, about: None, body, photos }).await
}

/// Comments on a post that is shown. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The post")),
    request_body = NewComment,
    responses(
        (status = 201, body = Contributed),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 413),
        (status = 415),
        (status = 429),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/posts/{id}/comments")]
pub async fn put_up_comment(house: House, me: Participant, request: HttpRequest, comment: Body<NewComment>) -> PutUp {
    let about = Some(id_in_path(&request, "id")?);
    let body = comment.into_inner().body;
    put_up(house, me, NewContribution { kind: Kind::Comment, about, body, photos: Vec::new() }).await
}

/// Declares something on the declaration wall (爱情宣言); shown once approved. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    request_body = NewDeclaration,
    responses(
        (status = 201, body = Contributed),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 413),
        (status = 415),
        (status = 429),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/declarations")]
pub async fn put_up_declaration(house: House, me: Participant, declaration: Body<NewDeclaration>) -> PutUp {
    let body = declaration.into_inner().body;
    put_up(house, me, NewContribution { kind: Kind::Declaration, about: None, body, photos: Vec::new() }).await
}

/// Takes down a post, comment, declaration or portrait of one's own, with its words and photos; again
/// changes nothing. A post gives its points back while they are not frozen. Who: participant.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "Taken down"),
        (status = 403, description = "`not_registered`"),
        (status = 404, description = "`not_found`: not there, or somebody else's"),
    ),
    security(("bearer" = []))
)]
#[delete("/events/{event}/contributions/{id}")]
pub async fn take_down_own(house: House, me: Participant, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.run(async move |app| take_back_own::take_back_own(&app, &me, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A post's likes after mine, and the points it earned: none, whoever likes whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct Liked {
    likes: u64,
    awarded: Awarded,
}

/// Likes a post; again changes nothing. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The post")),
    responses(
        (status = 200, body = Liked),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/posts/{id}/likes")]
pub async fn like_post(
    house: House,
    me: Participant,
    request: HttpRequest,
) -> Result<(Json<Liked>, StatusCode), Error> {
    let post = id_in_path(&request, "id")?;
    let liked = |likes| (Liked { likes, awarded: Awarded::nothing(None) }, StatusCode::OK);
    house.tell(liked, async move |app| like::like(&app, &me, post, true).await).await
}

/// Takes a like back; again changes nothing. Who: approved participant, online phase.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The post")),
    responses(
        (status = 200, body = Liked),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
    ),
    security(("bearer" = []))
)]
#[delete("/events/{event}/posts/{id}/likes")]
pub async fn unlike_post(house: House, me: Participant, request: HttpRequest) -> Result<Json<Liked>, Error> {
    let post = id_in_path(&request, "id")?;
    let likes = house.run(async move |app| like::like(&app, &me, post, false).await).await?;
    Ok(Json(Liked { likes, awarded: Awarded::nothing(None) }))
}
