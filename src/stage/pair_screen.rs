//! A browser opens the link and becomes a big screen.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect};

use super::pass;
use crate::accounts::token;
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event;

/// Uses a link up: the event, and the token the browser shows from now on, which the link does not
/// tell.
///
/// # Errors
/// 404 for a link that was used, is too old, or never was one.
pub async fn pair_screen(app: &App, link: &str) -> Result<(event::Model, String), Error> {
    let txn = app.database.begin_write().await?;
    let waiting = pass::Entity::waiting(link, app.now())?.lock_exclusive().one(&txn).await?;
    let waiting = waiting.filter(|waiting| waiting.is_bound(app)).ok_or_else(Refused::not_found)?;
    let event = event::Entity::find_by_id(waiting.event_id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let minted = token::mint(app)?;
    let bond = pass::bond(app, waiting.id, event.id, &minted.digest);
    let mut row = waiting.into_active_model();
    row.token_bond = Set(Some(bond));
    row.token_digest = Set(minted.digest);
    row.opened_at = Set(Some(app.now()));
    row.update(&txn).await?;
    txn.commit().await?;
    Ok((event, minted.text))
}
