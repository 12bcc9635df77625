//! The pictures of a chat, for those who may see the lines they are of.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};

use super::line::{self, State};
use super::room::{self, Which};
use super::transcript::Sight;
use super::{entrance, photo};
use crate::app::{App, House};
use crate::error::{Error, Refused};
use crate::events::access::{Guest, id_in_path};
use crate::events::crew::{Rights, Role};
use crate::plaza::photo::Size;
use crate::registrations::access::Participant;

pub fn pages(config: &mut ServiceConfig) {
    config.service(show);
}

#[get("/e/{event}/chat/photos/{id}/{size}")]
async fn show(house: House, guest: Guest, request: HttpRequest) -> Result<HttpResponse, Error> {
    picture(house, guest, &request).await
}

/// The picture a path names, to whoever may see its line. A browser that was let in keeps it for an hour, so that what
/// the organizer hides is soon gone there too; a proxy between us keeps nothing.
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
        let line = line::find(db, guest.event.id, id).await?;
        match may_see(&app, &guest, &line).await {
            Ok(true) => photo::bytes(db, id, size).await?.ok_or_else(|| Refused::not_found().into()),
            // Whatever the reason, there is nothing here for them.
            Ok(false) | Err(Error::Refused(_)) => Err(Refused::not_found().into()),
            Err(fault) => Err(fault),
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((CACHE_CONTROL, "private, max-age=3600"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"photo.jpg\""))
        .body(jpeg.await?))
}

async fn may_see(app: &App, guest: &Guest, line: &line::Model) -> Result<bool, Error> {
    let db = app.database.reader();
    let Some(who) = Participant::find(app, guest.account, guest.event.clone()).await? else {
        return Ok(Rights::remembered(app, guest.account.account_id, &guest.event).await?.allow(Role::Host));
    };
    if Rights::remembered(app, guest.account.account_id, &guest.event).await?.organizer {
        return Ok(true);
    }
    let room = room::find_by_id(db, line.room_id).await?;
    let (_, seat) = entrance::look(app, &who, Which::of_group(room.group_number)).await?;
    if line.registration_id == Some(seat.registration_id) {
        return Ok(line.state != State::Withdrawn);
    }
    Ok(Sight::of(db, &guest.event, line.room_id, Some(seat)).await?.shows(line))
}
