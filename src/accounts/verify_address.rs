//! A mail address is proven, and the account begins: whoever reads the letter chooses the password,
//! and is let in with it there and then.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::authenticated::{Authenticated, By};
use super::refusals::{TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_USED};
use super::{account, password, password_strength, profile, sign_up, spent_link, token};
use crate::app::App;
use crate::database::Write;
use crate::error::refusal::Refusal;
use crate::error::{Error, Fault};

/// What became of a link that nobody waits for any more.
pub async fn dead(db: &impl ConnectionTrait, digest: Vec<u8>) -> Result<Refusal, Fault> {
    Ok(match spent_link::was_used(db, digest).await? {
        Some(true) => TOKEN_USED,
        Some(false) => TOKEN_EXPIRED,
        None => TOKEN_INVALID,
    })
}

/// The sign-up a link belongs to, while it can be confirmed: the outer result is a fault.
pub async fn waiting(app: &App, token: &str) -> Result<Result<sign_up::Model, Refusal>, Fault> {
    let Some(digest) = token::digest(token) else { return Ok(Err(TOKEN_INVALID)) };
    let db = app.database.reader();
    let Some(wish) = sign_up::Entity::find_by_digest(digest.clone()).one(db).await? else {
        return Ok(Err(dead(db, digest).await?));
    };
    if !wish.is_bound(app) {
        return Ok(Err(TOKEN_INVALID));
    }
    if wish.expires_at <= app.now() {
        return Ok(Err(TOKEN_EXPIRED));
    }
    // Claimed by another way meanwhile: a new password was asked for and set.
    let standing = account::Entity::of_email(&app.secrets, &wish.address(app)?).one(db).await?;
    let claimed = standing.is_some_and(|account| account.is_claimed());
    Ok(if claimed { Err(TOKEN_USED) } else { Ok(wish) })
}

/// Makes an account of a sign-up, with this password. An account that an organizer's import prepared,
/// with no password yet, becomes the account of whoever can read its mail. Every other sign-up of the
/// address ends.
///
/// # Errors
/// 422 `token_invalid`, `token_used` or `token_expired`, or `invalid` for a weak password; 429 where
/// too many are being hashed.
pub async fn verify_address(app: &App, token: &str, password: &str) -> Result<Authenticated, Error> {
    let wish = waiting(app, token).await??;
    let email = wish.address(app)?;
    password_strength::fits(app, password, &[&email, &wish.nickname]).await?;
    let hash = password::hash(app, password).await?;

    let now = app.now();
    let txn = app.database.begin_write().await?;
    // Two letters of one address opened at once would wait for each other's rows.
    txn.queue_for(email.as_bytes()).await?;
    // Asked again under the lock: of two hands with one link, one finds it gone.
    let held = sign_up::Entity::find_by_id(wish.id).lock_exclusive().one(&txn).await?;
    let wish = held.filter(|wish| wish.is_bound(app)).ok_or(TOKEN_USED)?;
    let prepared = account::Entity::of_email(&app.secrets, &email).lock_exclusive().one(&txn).await?;
    let account = match prepared {
        // An account whose address was written into the database is nobody's to claim.
        Some(account) if account.is_claimed() || !account.is_bound(app) => return Err(TOKEN_USED.into()),
        Some(account) => claim(&txn, app, account, &wish, &hash, now).await?,
        None => begin(&txn, app, &email, &wish, &hash).await?,
    };
    let same = sign_up::Entity::find().filter(sign_up::of_email(app, &email)).all(&txn).await?;
    spent_link::remember(&txn, app, same.into_iter().map(|wish| wish.token_digest), true).await?;
    sign_up::Entity::delete_many().filter(sign_up::of_email(app, &email)).exec(&txn).await?;
    wish.agreed.keep(&txn, app, account, None, wish.at).await?;
    Ok(Authenticated { txn, account, hash, by: By::Letter })
}

async fn begin(txn: &Write, app: &App, email: &str, wish: &sign_up::Model, hash: &str) -> Result<Uuid, Error> {
    let id = app.new_id();
    let account = account::Model { language: wish.language, ..account::new(app, id, email, hash)? };
    // Two links of one address opened at once: the second finds the address taken.
    if !account.begin(txn).await? {
        return Err(TOKEN_USED.into());
    }
    begin_profile(txn, id, wish).await?;
    Ok(id)
}

async fn claim(
    txn: &Write,
    app: &App,
    account: account::Model,
    wish: &sign_up::Model,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<Uuid, Fault> {
    let id = account.id;
    let mut row: account::ActiveModel = account.into();
    row.password = Set(Some(account::sealed_hash(app, id, hash)?));
    row.language = Set(wish.language);
    row.verified_at = Set(Some(now));
    row.update(txn).await?;
    // What an import already knew about the person stays; a missing profile is made.
    begin_profile(txn, id, wish).await?;
    Ok(id)
}

async fn begin_profile(txn: &Write, account: Uuid, wish: &sign_up::Model) -> Result<(), Fault> {
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
