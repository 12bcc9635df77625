//! Who may do what for which union, as arguments. A union one has nothing to do with is not there.

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use sea_orm::ConnectionTrait;

use super::refusals::WRONG_ROLE;
use super::{organization, staff};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::authorize_first;
use crate::error::{Error, FieldError, Refused};

/// 主办方工作人员 of the union in the path (`{organization}`, its slug or id), or an administrator.
#[derive(Debug, Clone)]
pub struct OrganizationStaff {
    pub account: SignedIn,
    pub organization: organization::Model,
}

/// Whoever works for at least one union, with all the unions they work for.
#[derive(Debug, Clone)]
pub struct UnionStaff {
    pub account: SignedIn,
    /// At least one, in the order in which they were founded.
    pub unions: Vec<organization::Model>,
}

/// Whoever looks after the whole house.
#[derive(Debug, Clone, Copy)]
pub struct Administrator(pub SignedIn);

/// Whether a person may act for a union.
///
/// # Errors
/// 403 `second_factor_required` where the union demands a second factor of whoever works for it.
pub async fn acts_for(
    db: &impl ConnectionTrait,
    account: &SignedIn,
    organization: &organization::Model,
) -> Result<bool, Error> {
    Ok(account.administrator || staff::admits(db, account.account_id, organization.id).await?)
}

/// The union a person means: the one named, or, where none is named, the only one they work for.
///
/// # Errors
/// 404 where it is not theirs; 422 `organization_needed` where it is not clear.
pub async fn resolve_union(
    db: &impl ConnectionTrait,
    account: &SignedIn,
    named: Option<&str>,
) -> Result<organization::Model, Error> {
    if let Some(named) = named {
        let found = organization::named(db, named).await?.ok_or_else(Refused::not_found)?;
        return if acts_for(db, account, &found).await? { Ok(found) } else { Err(Refused::not_found().into()) };
    }
    let mut own = organization::of_staff(db, account.account_id).await?;
    match (own.pop(), own.is_empty()) {
        (Some(only), true) if acts_for(db, account, &only).await? => Ok(only),
        (None, _) if !account.administrator => Err(WRONG_ROLE.into()),
        _ => {
            let needed = FieldError::new("organization", "organization_needed", "say for which organization");
            Err(Refused::invalid(vec![needed]).into())
        }
    }
}

impl FromRequest for OrganizationStaff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request_again = request.clone();
        authorize_first::authorize(request, async move {
            let account = SignedIn::of(&request_again).await?;
            let named = request_again.match_info().get("organization").unwrap_or_default().to_owned();
            let house = request_again.app_data::<House>().ok_or_else(Refused::not_found)?;
            let organization =
                house.run(async move |app| resolve_union(app.database.reader(), &account, Some(&named)).await).await?;
            Ok(Self { account, organization })
        })
    }
}

impl FromRequest for UnionStaff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request_again = request.clone();
        authorize_first::authorize(request, async move {
            let account = SignedIn::of(&request_again).await?;
            let house = request_again.app_data::<House>().ok_or_else(Refused::not_found)?;
            let mut unions = house
                .run(async move |app| {
                    let db = app.database.reader();
                    let unions = organization::of_staff(db, account.account_id).await?;
                    for union in &unions {
                        staff::admits(db, account.account_id, union.id).await?;
                    }
                    Ok(unions)
                })
                .await?;
            unions.sort_by_key(|union| union.id);
            if unions.is_empty() { Err(WRONG_ROLE.into()) } else { Ok(Self { account, unions }) }
        })
    }
}

impl FromRequest for Administrator {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request_again = request.clone();
        authorize_first::authorize(request, async move {
            let account = SignedIn::of(&request_again).await?;
            if account.administrator {
                Ok(Self(account))
            } else {
                Err(WRONG_ROLE.saying("This is for administrators.").into())
            }
        })
    }
}
