//! A program shows its refresh token and gets the next pair.

use actix_web::http::StatusCode;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QuerySelect};

use super::log_in::Tokens;
use super::{access_token, account, one_time, refresh_token, sign_in};
use crate::app::App;
use crate::error::{Error, Refused};

/// Why there is no next pair.
pub enum NotRefreshed {
    /// Unknown, too old, or its sign-in has ended.
    Invalid,
    /// Spent before: somebody else has a copy, and nobody can say who is who, so all are out.
    Reused,
}

impl From<NotRefreshed> for Error {
    fn from(not: NotRefreshed) -> Self {
        let (code, detail) = match not {
            NotRefreshed::Invalid => ("refresh_token_invalid", "Sign in again."),
            NotRefreshed::Reused => {
                ("refresh_token_reused", "This token was used before; the sign-in it belongs to has been ended.")
            }
        };
        Refused::new(StatusCode::UNAUTHORIZED, code, detail).into()
    }
}

/// Spends a refresh token. Of any number of hands that show the same one, exactly one gets the
/// next pair; the others end the sign-in, the winner's pair included.
///
/// # Errors
/// 401 `refresh_token_invalid` or `refresh_token_reused`.
pub async fn refresh(app: &App, token: &str) -> Result<Tokens, Error> {
    let digest = one_time::shown(token).ok_or(NotRefreshed::Invalid)?;
    let now = app.now();
    let txn = app.database.begin_write().await?;
    let found = refresh_token::Entity::of_digest(digest).one(&txn).await?.ok_or(NotRefreshed::Invalid)?;
    // The sign-in is held, not the token: a thief with an older token of the same family must not
    // slip between the owner's spending and the next token's appearing.
    let sign_in = sign_in::Entity::held(found.sign_in_id).one(&txn).await?.ok_or(NotRefreshed::Invalid)?;
    if sign_in.revoked_at.is_some() {
        return Err(NotRefreshed::Invalid.into());
    }
    let token = refresh_token::Entity::find_by_id(found.id).one(&txn).await?.ok_or(NotRefreshed::Invalid)?;
    if token.spent_at.is_some() {
        sign_in.revoke(&txn, now).await?;
        txn.commit().await?;
        return Err(NotRefreshed::Reused.into());
    }
    if token.expires_at <= now {
        return Err(NotRefreshed::Invalid.into());
    }
    let account = account::Entity::find_by_id(sign_in.account_id).lock_shared().one(&txn).await?;
    let account = account.filter(|account| account.erased_at.is_none()).ok_or(NotRefreshed::Invalid)?;
    let mut spent: refresh_token::ActiveModel = token.into();
    spent.spent_at = Set(Some(now));
    spent.update(&txn).await?;
    let refresh_token = refresh_token::Entity::issue(&txn, app, sign_in.id).await?;
    txn.commit().await?;
    let access_token = access_token::issue_for(app, account.id, sign_in.id)?;
    Ok(Tokens { access_token, refresh_token })
}
