//! Somebody without an account accepts: whoever holds the letter chooses a password, has an account,
//! is signed in, and has accepted, all at once.

use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::answer::{self, Acceptance, News};
use super::refusals::ACCOUNT_EXISTS;
use crate::accounts::authenticated::{Authenticated, By};
use crate::accounts::{account, password, password_strength, sign_up, spent_link, token};
use crate::app::App;
use crate::database::Write;
use crate::error::Error;
use crate::invitations::invitation::{self, State};
use crate::invitations::refusals::TOKEN_INVALID;
use crate::language::Language;

/// Makes the account and accepts; None where the token is no invitation's. What became true is
/// announced by whoever commits.
///
/// # Errors
/// 422 `token_invalid`, or `invalid` for a weak password; 409 `account_exists`; 429 where too many
/// are being hashed; as [`answer::accepted`].
pub async fn arrive(
    app: &App,
    token: &str,
    password: &str,
    acceptance: Acceptance,
    language: Language,
) -> Result<Option<(Authenticated, News)>, Error> {
    let reader = app.database.reader();
    let Some(sent) = invitation::find_by_token(reader, app, token).await? else { return Ok(None) };
    if sent.state_at(app.now()) != State::Open {
        return Err(TOKEN_INVALID.into());
    }
    let email = sent.address(app)?;
    let standing = account::Entity::of_email(&app.secrets, &email).one(reader).await?;
    if standing.is_some_and(|account| account.is_claimed()) {
        return Err(ACCOUNT_EXISTS.into());
    }
    let own = [acceptance.name.as_deref(), acceptance.nickname.as_deref(), Some(email.as_str())];
    password_strength::fits(app, password, &own.into_iter().flatten().collect::<Vec<_>>()).await?;
    let hash = password::hash(app, password).await?;

    let txn = app.database.begin_write().await?;
    // Two letters of one address opened at once would wait for each other's rows.
    txn.queue_for(email.as_bytes()).await?;
    let account = begun(&txn, app, &email, &hash, language).await?;
    let held = invitation::hold(&txn, sent.id).await?;
    // Asked again under the lock: it may have been answered, or sent again with another link.
    if token::digest(token).as_ref() != Some(&held.token_digest) || held.state_at(app.now()) != State::Open {
        return Err(TOKEN_INVALID.into());
    }
    let id = account.id;
    let (_, news) = answer::accepted(&txn, app, held, account, acceptance, language).await?;
    Ok(Some((Authenticated { txn, account: id, hash, by: By::Letter }, news)))
}

/// The account of whoever reads the address's mail, which this proves. Sign-ups of the address end.
async fn begun(txn: &Write, app: &App, email: &str, hash: &str, language: Language) -> Result<account::Model, Error> {
    let same = sign_up::Entity::find().filter(sign_up::of_email(app, email)).all(txn).await?;
    spent_link::remember(txn, app, same.into_iter().map(|wish| wish.token_digest), true).await?;
    sign_up::Entity::delete_many().filter(sign_up::of_email(app, email)).exec(txn).await?;
    match account::Entity::of_email(&app.secrets, email).lock_exclusive().one(txn).await? {
        // An account whose address was written into the database is nobody's to claim.
        Some(account) if account.is_claimed() || !account.is_bound(app) => return Err(ACCOUNT_EXISTS.into()),
        // A list of earlier days made it for its owner, who has come.
        Some(account) => return Ok(account.set_password(txn, app, hash, app.now()).await?),
        None => {}
    }
    let account = account::Model { language, ..account::new(app, app.new_id(), email, hash)? };
    // Two hands with one letter: the second finds the address taken.
    if account.clone().begin(txn).await? { Ok(account) } else { Err(ACCOUNT_EXISTS.into()) }
}
