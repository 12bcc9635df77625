//! An organizer lets a shop's phone in by a link that works once, and shuts it out.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refusals::NO_SHOP_INVITATION;
use super::shop;
use crate::accounts::token;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::{Error, Refused};
use crate::organizations::access::OrganizationStaff;
use crate::secrets::digest;

/// A shop to be let in.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShop {
    #[garde(custom(one_line(1, 30)))]
    #[schema(min_length = 1, max_length = 30, example = "工会服务站")]
    pub name: String,
}

/// Makes the link for one phone.
///
/// # Errors
/// Only faults.
pub async fn invite(app: &App, by: &OrganizationStaff, name: &str) -> Result<shop::Model, Error> {
    let (id, union) = (app.new_id(), by.organization.id);
    let txn = app.database.begin_write().await?;
    let row = shop::ActiveModel {
        id: Set(id),
        organization_id: Set(union),
        name: Set(name.trim().to_owned()),
        invitation_digest: Set(digest(shop::invitation(app, id, union).as_bytes())),
        invitation_ends_at: Set(app.now() + shop::LINK),
        token_digest: Set(None),
        token_bond: Set(None),
        invited_by: Set(by.account.account_id),
        invited_at: Set(app.now()),
        paired_at: Set(None),
        revoked_at: Set(None),
    };
    let invited = row.insert(&txn).await?;
    let deed = Deed::ShopInvited.by(by.account.account_id).of_union(union).about("shop", id);
    deed.with(json!({ "name": invited.name })).record(&txn, app).await?;
    txn.commit().await?;
    Ok(invited)
}

/// The shop a link is for, while it waits. Looking at it does not use it up: messengers open links by themselves.
///
/// # Errors
/// 404 `no_shop_invitation`.
pub async fn invited(app: &App, token: &str) -> Result<shop::Model, Error> {
    let found = shop::Entity::find().filter(shop::Column::InvitationDigest.eq(token_digest(token)?));
    waiting(app, found.one(app.database.reader()).await?, token)
}

fn token_digest(token: &str) -> Result<Vec<u8>, Error> {
    Ok(token::digest(token).ok_or(NO_SHOP_INVITATION)?)
}

/// The row's own union is in the link: one that was given another opens nothing there.
fn waiting(app: &App, found: Option<shop::Model>, token: &str) -> Result<shop::Model, Error> {
    let found = found.filter(|shop| shop.standing(app.now()) == "invited");
    let own = |shop: &shop::Model| shop::invitation(app, shop.id, shop.organization_id) == token;
    Ok(found.filter(own).ok_or(NO_SHOP_INVITATION)?)
}

/// Uses a link up: of any number of phones that open it, one becomes the shop. Gives its token.
///
/// # Errors
/// 404 `no_shop_invitation`.
pub async fn pair(app: &App, token: &str) -> Result<(shop::Model, String), Error> {
    let minted = token::mint(app)?;
    let txn = app.database.begin_write().await?;
    let found = shop::Entity::find().filter(shop::Column::InvitationDigest.eq(token_digest(token)?));
    let held = waiting(app, found.lock_exclusive().one(&txn).await?, token)?;
    let (id, union, invited_by) = (held.id, held.organization_id, held.invited_by);
    let mut row = held.into_active_model();
    row.token_bond = Set(Some(shop::bond(app, id, union, &minted.digest)));
    row.token_digest = Set(Some(minted.digest));
    row.paired_at = Set(Some(app.now()));
    let paired = row.update(&txn).await?;
    Deed::ShopPaired.by(invited_by).of_union(union).about("shop", id).record(&txn, app).await?;
    txn.commit().await?;
    Ok((paired, minted.text))
}

/// Shuts a shop out, at once and for good. Again changes nothing.
///
/// # Errors
/// 404 where the union has no such shop.
pub async fn revoke(app: &App, by: &OrganizationStaff, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let held = shop::Entity::find_by_id(id).filter(shop::Column::OrganizationId.eq(by.organization.id));
    let held = held.lock_exclusive().one(&txn).await?.ok_or_else(Refused::not_found)?;
    if held.revoked_at.is_some() {
        return Ok(());
    }
    let mut row = held.into_active_model();
    row.revoked_at = Set(Some(app.now()));
    row.update(&txn).await?;
    let deed = Deed::ShopRevoked.by(by.account.account_id).of_union(by.organization.id);
    deed.about("shop", id).record(&txn, app).await?;
    txn.commit().await
}
