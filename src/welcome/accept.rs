//! Somebody who is signed in accepts an invitation to their own address.

use sea_orm::sea_query::LockType;
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::answer::{self, Acceptance};
use crate::accounts::{SignedIn, account};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Refused};
use crate::invitations::invitation;
use crate::language::Language;
use crate::registrations::refusals::MAIL_NOT_VERIFIED;

/// Accepts. `read_in` is the language of the sentences that were agreed to.
///
/// # Errors
/// 404 where it is to somebody else; 403 `mail_not_verified`; as [`answer::accepted`].
pub async fn accept(
    app: &App,
    by: &SignedIn,
    id: Uuid,
    acceptance: Acceptance,
    read_in: Language,
) -> Result<invitation::Model, Error> {
    let txn = app.database.begin_write().await?;
    let (account, held) = own(&txn, app, by, id).await?;
    let (accepted, news) = answer::accepted(&txn, app, held, account, acceptance, read_in).await?;
    txn.commit().await?;
    answer::announce(app, news);
    Ok(accepted)
}

/// Both rows, held: whoever is signed in, and an invitation to them.
///
/// # Errors
/// 404 where it is to somebody else; 401; 403 `mail_not_verified`.
pub async fn own(
    txn: &Write,
    app: &App,
    by: &SignedIn,
    id: Uuid,
) -> Result<(account::Model, invitation::Model), Error> {
    let account = account::Entity::find_by_id(by.account_id).lock(LockType::NoKeyUpdate).one(txn).await?;
    let account = account.filter(|account| account.erased_at.is_none()).ok_or_else(Refused::not_signed_in)?;
    if account.verified_at.is_none() {
        return Err(MAIL_NOT_VERIFIED.into());
    }
    let held = invitation::hold(txn, id).await?;
    if !held.is_to(app, &account)? {
        return Err(Refused::not_found().into());
    }
    Ok((account, held))
}
