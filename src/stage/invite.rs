//! The host makes a link for a big screen, or sends all screens away.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::pass;
use crate::accounts::token;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;

/// Makes a link: its one-time token.
///
/// # Errors
/// Only faults.
pub async fn invite(app: &App, host: &Host) -> Result<String, Error> {
    let txn = app.database.begin_write().await?;
    let minted = token::mint(app)?;
    let id = app.new_id();
    let row = pass::ActiveModel {
        id: Set(id),
        event_id: Set(host.event.id),
        made_by: Set(host.account.account_id),
        made_at: Set(app.now()),
        token_bond: Set(Some(pass::bond(app, id, host.event.id, &minted.digest))),
        token_digest: Set(minted.digest),
        opened_at: Set(None),
        revoked_at: Set(None),
    };
    let made = row.insert(&txn).await?;
    host.records(Deed::ScreenInvited).about("screen_pass", made.id).with(json!({})).record(&txn, app).await?;
    txn.commit().await?;
    Ok(minted.text)
}

/// Revokes every screen of the event, links that still wait included. What they show stays until
/// their next heartbeat.
///
/// # Errors
/// Only faults.
pub async fn send_away(app: &App, host: &Host) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    pass::Entity::update_many()
        .col_expr(pass::Column::RevokedAt, Expr::value(app.now()))
        .filter(pass::Column::EventId.eq(host.event.id))
        .filter(pass::Column::RevokedAt.is_null())
        .exec(&txn)
        .await?;
    host.records(Deed::ScreensRevoked).with(json!({})).record(&txn, app).await?;
    txn.commit().await
}
