//! The calls about who speaks for a unit.

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::UnitKeeper;
use super::api::{UnitName, UnitNames};
use super::appoint::{dismiss, invite};
use super::{unit, unit_contact};
use crate::accounts::address::{address_to_unicode, mail_address};
use crate::accounts::{SignedIn, account};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::invitations::listed::Listed;

/// Who is to speak for the unit.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnitContact {
    /// Of somebody with or without an account.
    #[garde(custom(mail_address))]
    pub email: String,
}

/// Somebody who speaks for the unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitContact {
    pub id: Uuid,
    pub email: String,
    pub granted_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct UnitContacts {
    pub items: Vec<UnitContact>,
    /// Always null: they are few.
    pub next: Option<String>,
}

/// Invites somebody to be a unit contact, by mail address. The answer is the same whether or not the
/// address has an account; they speak for the unit once they accept. Who: organizer of the unit's
/// union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), request_body = NewUnitContact, responses(
    (status = 200, description = "They are invited already", body = Listed),
    (status = 201, body = Listed),
    (status = 403, description = "`wrong_role`"),
    (status = 409, description = "`role_held`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/units/{unit}/contacts")]
pub async fn invite_contact(
    house: House,
    by: UnitKeeper,
    wish: Body<NewUnitContact>,
) -> Result<(Json<Listed>, StatusCode), Error> {
    let invited = house.run(async move |app| {
        let (invitation, new) = invite(&app, &by, &wish.email).await?;
        Ok((Json(Listed::of(&app, invitation)?), if new { StatusCode::CREATED } else { StatusCode::OK }))
    });
    invited.await
}

/// Who speaks for the unit. Who: organizer of the unit's union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path)), responses(
    (status = 200, body = UnitContacts),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[get("/units/{unit}/contacts")]
pub async fn list(house: House, by: UnitKeeper) -> Result<Json<UnitContacts>, Error> {
    let items = house
        .run(async move |app| {
            let db = app.database.reader();
            let contacts = unit_contact::Entity::find()
                .filter(unit_contact::Column::UnitId.eq(by.unit.id))
                .order_by_asc(unit_contact::Column::Id)
                .all(db)
                .await?;
            let ids = contacts.iter().map(|contact| contact.account_id);
            let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids)).all(db).await?;
            let mut items = Vec::with_capacity(contacts.len());
            for contact in contacts {
                if let Some(account) = accounts.iter().find(|account| account.id == contact.account_id) {
                    let email = address_to_unicode(&account.address(&app.secrets)?);
                    items.push(UnitContact { id: contact.id, email, granted_at: contact.granted_at });
                }
            }
            Ok(items)
        })
        .await?;
    Ok(Json(UnitContacts { items, next: None }))
}

/// Dismisses a unit contact. Who: organizer of the unit's union, administrator.
#[utoipa::path(tag = "units", params(("unit" = Uuid, Path), ("contact" = Uuid, Path)), responses(
    (status = 204, description = "Dismissed"),
    (status = 403, description = "`wrong_role`"),
), security(("bearer" = [])))]
#[delete("/units/{unit}/contacts/{contact}")]
pub async fn dismiss_contact(house: House, by: UnitKeeper, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse, Error> {
    let (_, contact) = path.into_inner();
    house.run(async move |app| dismiss(&app, &by, contact).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The units one speaks for. Who: account.
#[utoipa::path(tag = "units", responses(
    (status = 200, body = UnitNames),
), security(("bearer" = [])))]
#[get("/me/units")]
pub async fn mine(house: House, who: SignedIn) -> Result<Json<UnitNames>, Error> {
    let units = house
        .run(async move |app| {
            let db = app.database.reader();
            let grants = unit_contact::Entity::find().filter(unit_contact::Column::AccountId.eq(who.account_id));
            let ids = grants.all(db).await?.into_iter().map(|grant| grant.unit_id);
            let units = unit::Entity::find().filter(unit::Column::Id.is_in(ids)).order_by_asc(unit::Column::Id);
            Ok(units.all(db).await?)
        })
        .await?;
    let items = units.into_iter().map(|unit| UnitName { id: unit.id, name: unit.name }).collect();
    Ok(Json(UnitNames { items, next: None }))
}
