//! Whoever knows the password is asked for a second proof, where the account has one: a code of the
//! app, or one for recovery. Each is good once, however many hands show it.

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{factor, recovery_code};
use crate::accounts::refusals::{SECOND_FACTOR_NEEDED, SECOND_FACTOR_WRONG};
use crate::accounts::sign_in_throttle::{self, Bounds, Client};
use crate::app::App;
use crate::database::Write;
use crate::error::Error;

/// What was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing, and nothing is asked for.
    Nothing,
    Code,
    Recovery,
}

/// What stands for the codes of an account where attempts are counted.
#[must_use]
pub fn codes_digest(app: &App, account: Uuid) -> Vec<u8> {
    app.secrets.lasting_mac("accounts/knocks with codes", &[account.as_bytes()])
}

/// Looks at a code before any transaction that matters is opened: counted and slowed down, for six
/// digits can be guessed. A code for recovery cannot; it is not counted, so that its owner gets in
/// whatever strangers have tried.
///
/// # Errors
/// 401 `second_factor_needed` or `second_factor_wrong`; 429 where too many were tried.
pub async fn look(app: &App, account: Uuid, client: &Client, code: Option<&str>) -> Result<(), Error> {
    let reader = app.database.reader();
    let Some(factor) = factor::confirmed(reader, account).await? else { return Ok(()) };
    let code = code.map(recovery_code::folded).filter(|code| !code.is_empty()).ok_or(SECOND_FACTOR_NEEDED)?;
    let good = if recovery_code::is_like(&code) {
        recovery_code::is_good(reader, app, account, &code).await?
    } else {
        let bounds = Bounds::of_codes(app);
        sign_in_throttle::count_attempt(app, &codes_digest(app, account), client, &bounds).await?;
        factor.step_of(app, &code, app.now())?.is_some()
    };
    if good { Ok(()) } else { Err(SECOND_FACTOR_WRONG.into()) }
}

/// Takes a code in the transaction it is for, where one is asked for. The account is held already.
///
/// # Errors
/// 401 `second_factor_needed` or `second_factor_wrong`.
pub async fn answer(txn: &Write, app: &App, account: Uuid, code: Option<&str>) -> Result<Answer, Error> {
    let factor = factor::Entity::find_for_update(account).one(txn).await?;
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else { return Ok(Answer::Nothing) };
    let code = code.map(recovery_code::folded).filter(|code| !code.is_empty()).ok_or(SECOND_FACTOR_NEEDED)?;
    if recovery_code::is_like(&code) {
        let spent = recovery_code::spend(txn, app, account, &code).await?;
        return if spent { Ok(Answer::Recovery) } else { Err(SECOND_FACTOR_WRONG.into()) };
    }
    let step = factor.step_of(app, &code, app.now())?.ok_or(SECOND_FACTOR_WRONG)?;
    let mut row: factor::ActiveModel = factor.into();
    row.last_step = Set(step);
    row.update(txn).await?;
    Ok(Answer::Code)
}
