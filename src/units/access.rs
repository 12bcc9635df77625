//! Who may do what with a unit, as arguments. A unit one has nothing to do with is not there.

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{unit, unit_contact};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::authorize_first;
use crate::error::{Error, Refused};
use crate::organizations::access::acts_for;
use crate::organizations::organization;
use crate::organizations::refusals::WRONG_ROLE;

/// An organizer of the union that keeps the unit in the path (`{unit}`), or an administrator. Where
/// the path names a union too (`{organization}`), it is that one's unit or it is not there.
#[derive(Debug, Clone)]
pub struct UnitKeeper {
    pub account: SignedIn,
    pub unit: unit::Model,
    pub union: organization::Model,
}

/// 单位工会干事 of the unit in the path, or its keeper.
#[derive(Debug, Clone)]
pub struct UnitVoice {
    pub account: SignedIn,
    pub unit: unit::Model,
}

struct UnitAccess {
    account: SignedIn,
    unit: unit::Model,
    union: organization::Model,
    keeps: bool,
}

async fn authorize_in_path(request: HttpRequest) -> Result<UnitAccess, Error> {
    let account = SignedIn::of(&request).await?;
    let id: Option<Uuid> = request.match_info().get("unit").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(Refused::not_found)?;
    let named = request.match_info().get("organization").map(str::to_owned);
    let house = request.app_data::<House>().ok_or_else(Refused::not_found)?;
    house
        .run(async move |app| {
            let db = app.database.reader();
            let unit = unit::Entity::find_by_id(id).one(db).await?.ok_or_else(Refused::not_found)?;
            let union = organization::Entity::find_by_id(unit.organization_id).one(db).await?;
            let union = union.ok_or_else(Refused::not_found)?;
            if named.is_some_and(|named| named != union.slug && named != union.id.to_string()) {
                return Err(Refused::not_found().into());
            }
            let keeps = acts_for(db, &account, &union).await?;
            if !keeps && !unit_contact::speaks_for(db, account.account_id, unit.id).await? {
                return Err(Refused::not_found().into());
            }
            Ok(UnitAccess { account, unit, union, keeps })
        })
        .await
}

impl FromRequest for UnitKeeper {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = authorize_in_path(request.clone());
        authorize_first::authorize(request, async move {
            let UnitAccess { account, unit, union, keeps } = entering.await?;
            if keeps {
                Ok(Self { account, unit, union })
            } else {
                Err(WRONG_ROLE.saying("This is for the union that keeps the unit.").into())
            }
        })
    }
}

impl FromRequest for UnitVoice {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let entering = authorize_in_path(request.clone());
        authorize_first::authorize(request, async move {
            let UnitAccess { account, unit, .. } = entering.await?;
            Ok(Self { account, unit })
        })
    }
}
