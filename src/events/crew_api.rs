//! The calls by which an organizer puts together the crew of an evening.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::{Organizer, id_in_path};
use super::appoint_crew::{Enlistment, dismiss, invite};
use super::crew::Role;
use super::workers::{self, Right, Worker};
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::invitations::invitation::{self, Kind};
use crate::invitations::listed::{self, Listed, Which};
use crate::paging::Page;

/// Somebody with a role on the evening.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enlisted {
    pub id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
    pub granted_at: DateTime<Utc>,
    /// What the person is called, as far as they said.
    pub nickname: Option<String>,
}

/// Invites somebody to a role on the evening, by mail address. The answer is the same whether or not
/// the address has an account; they have the role once they accept. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = Enlistment, responses(
    (status = 201, body = Listed),
    (status = 200, description = "They are invited already", body = Listed),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`role_held`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/events/{event}/crew")]
pub async fn invite_crew(
    house: House,
    by: Organizer,
    wish: Body<Enlistment>,
) -> Result<(Json<Listed>, StatusCode), Error> {
    let invited = house.run(async move |app| {
        let (invitation, new) = invite(&app, &by, wish.into_inner()).await?;
        Ok((Json(Listed::of(&app, invitation)?), if new { StatusCode::CREATED } else { StatusCode::OK }))
    });
    invited.await
}

/// Invitations to take part in the event and to work for it. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path), Which), responses(
    (status = 200, body = Page<Listed>),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[get("/events/{event}/invitations")]
pub async fn list_invitations(house: House, by: Organizer, which: Query<Which>) -> Result<Json<Page<Listed>>, Error> {
    let listed = house.run(async move |app| {
        let kinds = [Kind::Desk, Kind::Host, Kind::Volunteer, Kind::Participant];
        let rows = invitation::of_subject(&kinds, by.event.id);
        listed::page(app.database.reader(), &app, rows, which.into_inner()).await
    });
    listed.await.map(Json)
}

/// The crew of an evening. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), responses(
    (status = 200, body = Page<Enlisted>),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/crew")]
pub async fn list_crew(house: House, by: Organizer) -> Result<Json<Page<Enlisted>>, Error> {
    let listed = house.run(async move |app| {
        let enlisted = |worker: Worker| {
            let Right::Evening(role) = worker.right else { return None };
            Some(Enlisted {
                id: worker.grant,
                account_id: worker.account.id,
                role,
                granted_at: worker.granted_at,
                nickname: worker.name,
            })
        };
        let crew = workers::of_evening(app.database.reader(), by.event.id).await?;
        Ok(Page::whole(crew.into_iter().filter_map(enlisted).collect()))
    });
    listed.await.map(Json)
}

/// Takes a role back. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path), ("id" = Uuid, Path)), responses(
    (status = 204),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[delete("/events/{event}/crew/{id}")]
pub async fn dismiss_crew(house: House, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    house.run(async move |app| dismiss(&app, &by, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
