//! Where participants read what others put on the plaza.

use std::sync::Arc;

use actix_web::web::Json;
use actix_web::{HttpRequest, get};

use super::contribution::Kind;
use super::entrance::may_look;
use super::wall::{self, Note};
use crate::app::{App, House};
use crate::body::Query;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::paging::{Page, Paging};
use crate::registrations::access::Participant;

async fn hung(house: House, me: Participant, kind: Kind, paging: Paging) -> Result<Json<Page<Note>>, Error> {
    let read = async move |app: Arc<App>| {
        let event_id = may_look(&app, &me)?;
        wall::hung(app.database.reader(), event_id, kind, me.registration.id, &paging).await
    };
    house.run(read).await.map(Json)
}

/// Posts, newest first, and all of mine whatever became of them. Who: participant, from the online phase on.
#[utoipa::path(
    tag = "plaza",
    params(Paging),
    responses(
        (status = 200, body = Page<Note>),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/posts")]
pub async fn posts(house: House, me: Participant, paging: Query<Paging>) -> Result<Json<Page<Note>>, Error> {
    hung(house, me, Kind::Post, paging.into_inner()).await
}

/// The declaration wall, newest first. Who: participant, from the online phase on.
#[utoipa::path(
    tag = "plaza",
    params(Paging),
    responses(
        (status = 200, body = Page<Note>),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/declarations")]
pub async fn declarations(house: House, me: Participant, paging: Query<Paging>) -> Result<Json<Page<Note>>, Error> {
    hung(house, me, Kind::Declaration, paging.into_inner()).await
}

/// The comments on a post, oldest first. Who: participant, from the online phase on.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The post"), Paging),
    responses(
        (status = 200, body = Page<Note>),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/posts/{id}/comments")]
pub async fn comments(
    house: House,
    me: Participant,
    request: HttpRequest,
    paging: Query<Paging>,
) -> Result<Json<Page<Note>>, Error> {
    let post = id_in_path(&request, "id")?;
    let read = async move |app: Arc<App>| {
        let event_id = may_look(&app, &me)?;
        wall::comments(app.database.reader(), event_id, post, me.registration.id, &paging).await
    };
    house.run(read).await.map(Json)
}
