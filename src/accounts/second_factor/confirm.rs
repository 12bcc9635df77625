//! The app knows the secret: from now on signing in takes a code. Whoever is signed in elsewhere with
//! the password alone is signed out.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect};

use super::{check_code, factor, recovery_code};
use crate::accounts::asker::Asker;
use crate::accounts::refusals::{SECOND_FACTOR_NOT_BEGUN, SECOND_FACTOR_ON, SECOND_FACTOR_WRONG};
use crate::accounts::sign_in_throttle::{self, Bounds, Client};
use crate::accounts::{SignedIn, account, letters, session, token_family};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};

/// How long what was begun waits for its first code.
const LASTS: TimeDelta = TimeDelta::minutes(15);

/// Confirms what was begun: the recovery codes, told once.
///
/// # Errors
/// 409 `second_factor_not_begun` or `second_factor_on`; 401 `second_factor_wrong`; 429 where too many were tried.
pub async fn confirm(app: &App, asker: &Asker, who: &SignedIn, code: &str) -> Result<Vec<String>, Error> {
    let (id, now) = (who.account_id, app.now());
    // A session that was left open must not guess its way to what its owner began and left.
    let (target, client) = (check_code::codes_digest(app, id), Client::of(app, asker, id, ""));
    sign_in_throttle::count_attempt(app, &target, &client, &Bounds::of_codes(app)).await?;
    let txn = app.database.begin_write().await?;
    // Held, so that nobody is let in with the password alone at the same moment.
    let account = account::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    let account = account.ok_or_else(Refused::not_signed_in)?;
    let factor = factor::Entity::find_for_update(id).one(&txn).await?.ok_or(SECOND_FACTOR_NOT_BEGUN)?;
    if factor.confirmed_at.is_none() && now - factor.begun_at > LASTS {
        return Err(SECOND_FACTOR_NOT_BEGUN.into());
    }
    if factor.confirmed_at.is_some() {
        return Err(SECOND_FACTOR_ON.into());
    }
    let step = factor.step_of(app, &recovery_code::folded(code), now)?.ok_or(SECOND_FACTOR_WRONG)?;
    let mut row: factor::ActiveModel = factor.into();
    row.confirmed_at = Set(Some(now));
    row.last_step = Set(step);
    row.update(&txn).await?;
    let codes = recovery_code::renew(&txn, app, id).await?;
    sign_in_throttle::forgive(&txn, &target, &client).await?;
    session::Entity::end_all(&txn, id, who.via.session()).await?;
    token_family::Entity::revoke_all(&txn, id, who.via.sign_in(), now).await?;
    Deed::SecondFactorOn.by(id).about("account", id).record(&txn, app).await?;
    letters::factor_on(&txn, app, &account).await?;
    txn.commit().await?;
    Ok(codes)
}
