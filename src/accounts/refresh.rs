//! A program shows its refresh token and gets the next pair.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};

use super::authenticated::Tokens;
use super::refusals::{REFRESH_TOKEN_INVALID, REFRESH_TOKEN_REUSED};
use super::{access_token, account, idle, refresh_token, token, token_family};
use crate::app::App;
use crate::error::Error;

/// How long the client that spent a token may show it again, because the answer was lost. Long enough
/// for a phone that tries again when its network is back, short enough for a copy to be stale.
pub const AGAIN: TimeDelta = TimeDelta::seconds(30);

/// Spends a refresh token. Of any number of hands that show the same one, exactly one spends it. The
/// others are given the same next token where they are the same client (network and program) within
/// [`AGAIN`], so that a lost answer ends nothing; else they end the sign-in, the winner's pair
/// included.
///
/// A thief who sits in the owner's network, calls himself by the owner's program and is there within
/// half a minute goes on with the owner's pair, until either of them shows a token later than that.
///
/// # Errors
/// 401 `refresh_token_invalid` or `refresh_token_reused`.
pub async fn refresh(app: &App, client: &[u8], presented: &str) -> Result<Tokens, Error> {
    let digest = token::digest(presented).ok_or(REFRESH_TOKEN_INVALID)?;
    let now = app.now();
    let txn = app.database.begin_write().await?;
    let found = refresh_token::Entity::of_digest(digest).one(&txn).await?.ok_or(REFRESH_TOKEN_INVALID)?;
    // The sign-in is held, not the token: a thief with an older token of the same family must not
    // slip between the owner's spending and the next token's appearing.
    let sign_in =
        token_family::Entity::find_for_update(found.family_id).one(&txn).await?.ok_or(REFRESH_TOKEN_INVALID)?;
    if sign_in.revoked_at.is_some() || !sign_in.is_bound(app) {
        return Err(REFRESH_TOKEN_INVALID.into());
    }
    let token = refresh_token::Entity::find_by_id(found.id).one(&txn).await?;
    let token = token.filter(|token| token.is_bound(app)).ok_or(REFRESH_TOKEN_INVALID)?;
    if let Some(spent_at) = token.spent_at {
        if token.spent_by.as_deref() == Some(client) && now <= spent_at + AGAIN {
            let given = refresh_token::Entity::issued_after(&txn, app, &token, presented).await?;
            if let Some(refresh_token) = given {
                let access_token = access_token::issue_for(app, sign_in.account_id, sign_in.id)?;
                return Ok(Tokens { access_token, refresh_token });
            }
        }
        sign_in.revoke(&txn, now).await?;
        txn.commit().await?;
        return Err(REFRESH_TOKEN_REUSED.into());
    }
    if token.expires_at <= now {
        return Err(REFRESH_TOKEN_INVALID.into());
    }
    let account = account::Entity::find_by_id(sign_in.account_id).lock_shared().one(&txn).await?;
    let account = account.filter(|account| account.erased_at.is_none()).ok_or(REFRESH_TOKEN_INVALID)?;
    // It was made when the sign-in was used last.
    if idle::is_over(app, token.issued_at, account.is_administrator(app)) {
        return Err(REFRESH_TOKEN_INVALID.into());
    }
    let mut spent = token.clone().into_active_model();
    spent.spent_at = Set(Some(now));
    spent.spent_by = Set(Some(client.to_vec()));
    spent.update(&txn).await?;
    let refresh_token = refresh_token::Entity::issue_after(&txn, app, &token, presented).await?;
    txn.commit().await?;
    let access_token = access_token::issue_for(app, account.id, sign_in.id)?;
    Ok(Tokens { access_token, refresh_token })
}
