//! A mail address is proven, and the account begins.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::{account, one_time, profile, sign_up};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Refused};

/// Why a link does not work. Unknown, used and too old look the same.
pub struct NotVerified;

impl From<NotVerified> for Error {
    fn from(_: NotVerified) -> Self {
        Refused::unprocessable("token_invalid", "This link is unknown, used or too old.").into()
    }
}

/// Makes an account of a sign-up. An account that an organizer's import prepared, with no password
/// yet, becomes the account of whoever can read its mail. Every other sign-up of the address ends.
///
/// # Errors
/// 422 `token_invalid`.
pub async fn verify(app: &App, token: &str) -> Result<Uuid, Error> {
    let digest = one_time::shown(token).ok_or(NotVerified)?;
    let now = app.now();
    let txn = app.database.begin_write().await?;
    let wish = sign_up::Entity::find()
        .filter(sign_up::Column::TokenDigest.eq(digest))
        .filter(sign_up::Column::ExpiresAt.gt(now))
        .lock_exclusive()
        .one(&txn)
        .await?
        .ok_or(NotVerified)?;
    let prepared = account::Entity::of_email(&wish.email).lock_exclusive().one(&txn).await?;
    let id = match prepared {
        Some(account) if account.is_claimed() => return Err(NotVerified.into()),
        Some(account) => claim(&txn, account, &wish, now).await?,
        None => begin(&txn, app, &wish).await?,
    };
    wish.agreed.keep(&txn, app, id, None, wish.at).await?;
    sign_up::Entity::delete_many().filter(sign_up::Column::Email.eq(&wish.email)).exec(&txn).await?;
    txn.commit().await?;
    Ok(id)
}

async fn begin(txn: &Write, app: &App, wish: &sign_up::Model) -> Result<Uuid, Error> {
    let id = app.new_id();
    let row = account::ActiveModel {
        id: Set(id),
        email: Set(wish.email.clone()),
        password_hash: Set(Some(wish.password_hash.clone())),
        language: Set(wish.language),
        administrator: Set(false),
        created_at: Set(app.now()),
        verified_at: Set(Some(app.now())),
        erased_at: Set(None),
    };
    // Two links of one address opened at once: the second finds the address taken.
    let made = account::Entity::insert(row)
        .on_conflict(OnConflict::column(account::Column::Email).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if made == 0 {
        return Err(NotVerified.into());
    }
    begin_profile(txn, id, wish).await?;
    Ok(id)
}

async fn claim(txn: &Write, account: account::Model, wish: &sign_up::Model, now: DateTime<Utc>) -> Result<Uuid, Error> {
    let id = account.id;
    let mut row: account::ActiveModel = account.into();
    row.password_hash = Set(Some(wish.password_hash.clone()));
    row.language = Set(wish.language);
    row.verified_at = Set(Some(now));
    row.update(txn).await?;
    // What an import already knew about the person stays; a missing profile is made.
    begin_profile(txn, id, wish).await?;
    Ok(id)
}

async fn begin_profile(txn: &Write, account: Uuid, wish: &sign_up::Model) -> Result<(), Error> {
    let row = profile::ActiveModel {
        account_id: Set(account),
        nickname: Set(wish.nickname.clone()),
        gender: Set(wish.gender),
        unit_id: Set(wish.unit_id),
        interests: Set(json!([])),
        ..Default::default()
    };
    let unless_there = OnConflict::column(profile::Column::AccountId).do_nothing().to_owned();
    profile::Entity::insert(row).on_conflict(unless_there).exec_without_returning(txn).await?;
    Ok(())
}
