//! A browser opens the link, or is told the six digits, and becomes a big screen.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};

use super::{pass, screen_code};
use crate::accounts::token;
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, FieldError, Refused};
use crate::events::event;

/// What somebody brings to become a screen.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// The token of a link.
    Link(&'a str),
    /// Six digits, as typed.
    Code(&'a str),
}

/// Uses an invitation up: the event, and the token the browser shows from now on, which neither the
/// link nor the digits tell.
///
/// # Errors
/// 404 for a link, and 422 on `code` for digits, that were used, are too old, or never were any.
pub async fn pair_screen(app: &App, key: Key<'_>) -> Result<(event::Model, String), Error> {
    let txn = app.database.begin_write().await?;
    let wanted = match key {
        Key::Link(link) => Some(pass::Entity::waiting(link, app.now())?),
        Key::Code(typed) => screen_code::read(typed).map(|code| screen_code::find(app, &code)),
    };
    let waiting = match wanted {
        Some(wanted) => wanted.lock_exclusive().one(&txn).await?.filter(|waiting| waiting.is_bound(app)),
        None => None,
    };
    let Some(waiting) = waiting else { return Err(refuse(app, txn, key).await?) };
    let event = event::Entity::find_by_id(waiting.event_id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let minted = token::mint(app)?;
    let bond = pass::bond(app, waiting.id, event.id, &minted.digest);
    let mut row = waiting.into_active_model();
    row.token_bond = Set(Some(bond));
    row.token_digest = Set(minted.digest);
    row.code_mac = Set(None);
    row.opened_at = Set(Some(app.now()));
    row.update(&txn).await?;
    txn.commit().await?;
    Ok((event, minted.text))
}

/// Says no; a code that might have been one was a guess, and is counted.
async fn refuse(app: &App, txn: Write, key: Key<'_>) -> Result<Error, Error> {
    let Key::Code(typed) = key else { return Ok(Refused::not_found().into()) };
    if screen_code::read(typed).is_some() {
        screen_code::count_wrong(&txn, app.now()).await?;
        txn.commit().await?;
    }
    let wrong = FieldError::new("code", "wrong_screen_code", "no screen waits for these digits any more");
    Ok(Refused::invalid(vec![wrong]).into())
}
