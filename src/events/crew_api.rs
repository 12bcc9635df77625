//! The calls by which an organizer puts together the crew of an evening.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::{Organizer, id_in_path};
use super::crew::{self, Role};
use super::enlist::{Enlistment, dismiss, enlist};
use crate::accounts::profile;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::paging::Page;

/// Somebody with a role on the evening.
#[derive(Debug, Serialize, ToSchema)]
pub struct Enlisted {
    pub id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
    pub granted_at: DateTime<Utc>,
    /// Null where the person has not made a profile.
    pub nickname: Option<String>,
}

impl Enlisted {
    fn new(grant: crew::Model, profile: Option<profile::Model>) -> Self {
        Self {
            id: grant.id,
            account_id: grant.account_id,
            role: grant.role,
            granted_at: grant.granted_at,
            nickname: profile.map(|profile| profile.nickname),
        }
    }
}

/// Gives somebody a role on the evening; a grant that is there already is answered with 200. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), request_body = Enlistment, responses(
    (status = 201, body = Enlisted),
    (status = 200, body = Enlisted),
    (status = 403, description = "`wrong_role`"),
    (status = 422, description = "`invalid`: `nobody_named`, `unknown_account`"),
), security(("bearer" = [])))]
#[post("/events/{event}/crew")]
pub async fn enlist_crew(
    house: House,
    by: Organizer,
    wish: Body<Enlistment>,
) -> Result<(Json<Enlisted>, StatusCode), Error> {
    let (enlisted, new) = house
        .run(async move |app| {
            let (grant, new) = enlist(&app, &by, wish.into_inner()).await?;
            let profile = profile::Entity::find_by_id(grant.account_id).one(app.database.reader()).await?;
            Ok((Enlisted::new(grant, profile), new))
        })
        .await?;
    Ok((Json(enlisted), if new { StatusCode::CREATED } else { StatusCode::OK }))
}

/// The crew of an evening. Who: organizer.
#[utoipa::path(tag = "events", params(("event" = String, Path)), responses(
    (status = 200, body = Page<Enlisted>),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/events/{event}/crew")]
pub async fn list_crew(house: House, by: Organizer) -> Result<Json<Page<Enlisted>>, Error> {
    let listed = house.run(async move |app| {
        let db = app.database.reader();
        let grants = crew::Entity::find().filter(crew::Column::EventId.eq(by.event.id));
        let grants = grants.order_by_asc(crew::Column::Id).all(db).await?;
        let ids: Vec<Uuid> = grants.iter().map(|grant| grant.account_id).collect();
        let profiles = profile::Entity::find().filter(profile::Column::AccountId.is_in(ids)).all(db).await?;
        let profile_of = |id| profiles.iter().find(|profile| profile.account_id == id).cloned();
        let enlisted = |grant: crew::Model| {
            let profile = profile_of(grant.account_id);
            Enlisted::new(grant, profile)
        };
        Ok(Page::whole(grants.into_iter().map(enlisted).collect()))
    });
    Ok(Json(listed.await?))
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
