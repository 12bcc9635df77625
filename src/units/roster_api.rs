//! The calls by which an employer says who works there.

use actix_web::web::Json;
use actix_web::{get, post};
use garde::Validate;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::UnitVoice;
use super::enroll::enroll;
use super::roster_entry;
use crate::accounts::address::{MailAddress, mail_address};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;

/// People who work for the unit.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Colleagues {
    /// 1 to 200 mail addresses.
    #[garde(length(min = 1, max = 200), inner(custom(mail_address)))]
    pub emails: Vec<String>,
}

/// How many people the roster lists; never who, and never who applied for anything.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadCount {
    pub heads: u64,
}

/// Confirms that people work for the unit. The answer is the same whether or not any of them takes
/// part in anything. Who: unit contact, organizer of the unit's union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), request_body = Colleagues, responses(
    (status = 200, body = HeadCount),
    (status = 422, description = "`invalid`"),
), security(("bearer" = [])))]
#[post("/units/{unit}/roster")]
pub async fn confirm(house: House, by: UnitVoice, colleagues: Body<Colleagues>) -> Result<Json<HeadCount>, Error> {
    let people: Vec<MailAddress> = colleagues.emails.iter().filter_map(|email| MailAddress::read(email).ok()).collect();
    let enrolled = house.run(async move |app| enroll(&app, &by, &people, false).await).await?;
    Ok(Json(HeadCount { heads: enrolled.heads }))
}

/// How many people the unit has confirmed. Who: unit contact, organizer of the unit's union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), responses(
    (status = 200, body = HeadCount),
), security(("bearer" = [])))]
#[get("/units/{unit}/roster")]
pub async fn head_count(house: House, by: UnitVoice) -> Result<Json<HeadCount>, Error> {
    let heads = house
        .ask(async move |app| {
            let of_unit = roster_entry::Entity::find().filter(roster_entry::Column::UnitId.eq(by.unit.id));
            of_unit.count(app.database.reader()).await
        })
        .await?;
    Ok(Json(HeadCount { heads }))
}
