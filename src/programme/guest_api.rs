//! The evening as one participant has it: my group, with whom I break the ice, what I show.

use actix_web::web::Json;
use actix_web::{HttpResponse, delete, get, put};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Serialize;
use utoipa::ToSchema;

use super::offer_talent::{self, Offer};
use super::{partners, talent};
use crate::app::House;
use crate::badges::face::BadgeAndNickname;
use crate::body::Body;
use crate::error::{Error, Fault};
use crate::registrations::access::Participant;
use crate::registrations::group_member;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyProgramme {
    /// Null until groups were formed with me in one.
    pub group: Option<i32>,
    /// With whom I break the ice in the latest game; empty where I was not drawn.
    pub icebreaker: Vec<BadgeAndNickname>,
    /// What I offered to show.
    pub talent: Option<String>,
}

pub async fn mine(db: &impl ConnectionTrait, me: &Participant) -> Result<MyProgramme, Fault> {
    let id = me.registration.id;
    let group = group_member::Entity::find_by_id(id).one(db).await?.map(|member| member.group_number);
    let talent = talent::Entity::find_by_id(id).one(db).await?.map(|talent| talent.title);
    let icebreaker = partners::of(db, me.event.id, id).await?.iter().map(BadgeAndNickname::from).collect();
    Ok(MyProgramme { group, icebreaker, talent })
}

/// My group, with whom I break the ice, and what I show. Who: participant.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 200, body = MyProgramme),
        (status = 403, description = "`not_registered`"),
    ))]
#[get("/events/{event}/programme/me")]
pub async fn my_programme(house: House, me: Participant) -> Result<Json<MyProgramme>, Error> {
    house.ask(async move |app| mine(app.database.reader(), &me).await).await.map(Json)
}

/// Offers to show something, in place of what was offered before. Who: participant.
#[utoipa::path(tag = "programme", request_body = Offer, security(("bearer" = [])),
    responses(
        (status = 204, description = "Offered"),
        (status = 403, description = "`not_registered`"),
        (status = 409, description = "`phase_closed`, `not_confirmed`"),
    ))]
#[put("/events/{event}/programme/talent")]
pub async fn offer_to_show(house: House, me: Participant, offer: Body<Offer>) -> Result<HttpResponse, Error> {
    let offer = offer.into_inner();
    house.run(async move |app| offer_talent::offer(&app, &me, &offer).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Thinks better of it. Who: participant.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 204, description = "Nothing is offered"),
        (status = 403, description = "`not_registered`"),
    ))]
#[delete("/events/{event}/programme/talent")]
pub async fn withdraw_talent(house: House, me: Participant) -> Result<HttpResponse, Error> {
    house.run(async move |app| offer_talent::withdraw(&app, &me).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
