//! Somebody signs up.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use uuid::Uuid;

use super::address::MailAddress;
use super::consent::Agreed;
use super::profile::Gender;
use super::{account, letters, one_time, password, sign_up};
use crate::app::App;
use crate::error::Error;
use crate::language::Language;

/// What the form says.
pub struct Wish {
    pub address: MailAddress,
    pub password: String,
    pub nickname: String,
    pub gender: Gender,
    pub unit_id: Option<Uuid>,
    pub language: Language,
    pub agreed: Agreed,
    /// Where on our pages the person was going; the link in the letter leads on to it.
    pub to: Option<String>,
}

/// Keeps the sign-up and writes to the address: a link, or, where there is an account already, a
/// note that says so. Both cost one hashing, one row, one letter and one commit, and the caller
/// hears the same, so nobody learns which addresses are known.
///
/// # Errors
/// 422 `invalid` for a weak password; 429 where too many are being hashed.
pub async fn register(app: &App, wish: Wish) -> Result<(), Error> {
    password::judge(&wish.password, &[wish.address.as_str(), &wish.nickname])?;
    let password_hash = password::hash(app, &wish.password).await?;
    let now = app.now();
    let minted = one_time::mint(app)?;

    let txn = app.database.begin_write().await?;
    let email = wish.address.as_str();
    if sign_up::Entity::lately(email, now).count(&txn).await? >= sign_up::LETTERS_AN_HOUR {
        // Somebody is using us to fill a mailbox. The answer stays the same.
        return Ok(());
    }
    let known = account::Entity::of_email(email).one(&txn).await?.is_some_and(|account| account.is_claimed());
    let row = sign_up::ActiveModel {
        id: Set(app.new_id()),
        email: Set(email.to_owned()),
        password_hash: Set(password_hash),
        nickname: Set(wish.nickname.clone()),
        gender: Set(wish.gender),
        unit_id: Set(wish.unit_id),
        language: Set(wish.language),
        agreed: Set(wish.agreed.clone()),
        token_digest: Set(minted.digest),
        at: Set(now),
        expires_at: Set(now + TimeDelta::hours(sign_up::HOURS)),
    };
    sign_up::Entity::insert(row).exec_without_returning(&txn).await?;
    if known {
        letters::known(&txn, app, &wish).await?;
    } else {
        letters::verify(&txn, app, &wish, &minted.text).await?;
    }
    txn.commit().await
}
