//! A union offers something, amends it, and takes it out of the catalogue.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;
use uuid::Uuid;

use super::item::{self, NewGoods};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::organizations::access::OrganizationStaff;

/// Puts something into the catalogue.
///
/// # Errors
/// 422 on `until_at`.
pub async fn offer(app: &App, by: &OrganizationStaff, wish: NewGoods) -> Result<item::Model, Error> {
    wish.judge(0)?;
    let txn = app.database.begin_write().await?;
    let fresh = item::Model {
        id: app.new_id(),
        organization_id: by.organization.id,
        name: wish.name.trim().to_owned(),
        about: wish.about,
        price: wish.price,
        stock: wish.stock,
        taken: 0,
        most_each: wish.most_each,
        place: wish.place,
        from_at: wish.from_at,
        until_at: wish.until_at,
        withdrawn_at: None,
        made_by: by.account.account_id,
        made_at: app.now(),
    };
    let offered = fresh.into_active_model().reset_all().insert(&txn).await?;
    Deed::GoodsOffered
        .by(by.account.account_id)
        .of_union(by.organization.id)
        .about("goods", offered.id)
        .with(json!({ "price": offered.price, "stock": offered.stock }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&offered).await?;
    Ok(offered)
}

/// Says something of the catalogue anew; vouchers that were taken keep what was paid.
///
/// # Errors
/// 404; 422 on `until_at`, `stock`.
pub async fn amend(app: &App, by: &OrganizationStaff, id: Uuid, wish: NewGoods) -> Result<item::Model, Error> {
    let txn = app.database.begin_write().await?;
    let held = item::hold(&txn, by.organization.id, id).await?;
    wish.judge(held.taken)?;
    let (before, mut row) = (held.clone(), held.into_active_model());
    row.name = Set(wish.name.trim().to_owned());
    row.about = Set(wish.about);
    row.price = Set(wish.price);
    row.stock = Set(wish.stock);
    row.most_each = Set(wish.most_each);
    row.place = Set(wish.place);
    row.from_at = Set(wish.from_at);
    row.until_at = Set(wish.until_at);
    row.withdrawn_at = Set(None);
    let amended = row.update(&txn).await?;
    Deed::GoodsAmended
        .by(by.account.account_id)
        .of_union(by.organization.id)
        .about("goods", id)
        .with(json!({ "price": [before.price, amended.price], "stock": [before.stock, amended.stock] }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(amended)
}

/// Takes something out of the catalogue; vouchers that were taken stay good. Again changes nothing.
///
/// # Errors
/// 404.
pub async fn withdraw(app: &App, by: &OrganizationStaff, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let held = item::hold(&txn, by.organization.id, id).await?;
    if held.withdrawn_at.is_some() {
        return Ok(());
    }
    let mut row = held.into_active_model();
    row.withdrawn_at = Set(Some(app.now()));
    row.update(&txn).await?;
    let deed = Deed::GoodsWithdrawn.by(by.account.account_id).of_union(by.organization.id);
    deed.about("goods", id).record(&txn, app).await?;
    txn.commit().await
}
