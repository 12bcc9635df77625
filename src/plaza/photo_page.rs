//! Photos, for those who may see what they are of.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::contribution::{self, State};
use super::photo::{self, Size};
use crate::app::House;
use crate::error::{Error, Refused};
use crate::events::access::{Guest, id_in_path};
use crate::organizations::staff;
use crate::registrations::registration;

pub fn pages(config: &mut ServiceConfig) {
    config.service(show);
}

#[get("/e/{event}/photos/{id}/{size}")]
async fn show(house: House, guest: Guest, request: HttpRequest) -> Result<HttpResponse, Error> {
    picture(house, guest, &request).await
}

/// The photo a path names, to whoever may see it. A photo never changes, so a browser that was let in
/// once need not ask again; a proxy between us keeps nothing.
///
/// # Errors
/// 404 where it is not there or not for them.
pub async fn picture(house: House, guest: Guest, request: &HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(request, "id")?;
    let size = match request.match_info().get("size") {
        Some("small") => Size::Small,
        Some("large") => Size::Large,
        _ => return Err(Refused::not_found().into()),
    };
    let jpeg = house.run(async move |app| {
        let db = app.database.reader();
        let of = photo::subject(db, guest.event.id, id).await?.ok_or_else(Refused::not_found)?;
        if !may_see(db, &guest, of).await? {
            return Err(Refused::not_found().into());
        }
        photo::bytes(db, id, size).await?.ok_or_else(|| Refused::not_found().into())
    });
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((CACHE_CONTROL, "private, max-age=604800, immutable"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""))
        .body(jpeg.await?))
}

/// What stands on the plaza is for whoever takes part; what waits or was refused for its author and
/// the organizers.
async fn may_see(db: &impl ConnectionTrait, guest: &Guest, of: contribution::Model) -> Result<bool, Error> {
    if staff::organizes(db, guest.account.account_id, guest.event.organization_id).await? {
        return Ok(true);
    }
    let me = registration::active_of(db, guest.event.id, guest.account.account_id).await?;
    let Some(me) = me else { return Ok(false) };
    if of.registration_id == me.id {
        return Ok(true);
    }
    let is_public = me.status.takes_part() && of.state == State::Approved;
    Ok(is_public && seen(db, of, me.id).await?)
}

async fn seen(db: &impl ConnectionTrait, of: contribution::Model, me: Uuid) -> Result<bool, Error> {
    match contribution::in_sight(db, Some(of), me).await {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}
