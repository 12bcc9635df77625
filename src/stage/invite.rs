//! The host lets one more big screen in, or sends all screens away.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{pass, screen_code};
use crate::accounts::token;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;

/// Two ways to become one screen: whichever is used first uses up both.
#[derive(Serialize, Deserialize)]
pub struct ScreenInvitation {
    /// What the link carries.
    pub token: String,
    pub token_ends_at: DateTime<Utc>,
    /// Six digits to be typed.
    pub code: String,
    pub code_ends_at: DateTime<Utc>,
}

/// Makes an invitation for one screen.
///
/// # Errors
/// Only faults.
pub async fn invite(app: &App, host: &Host) -> Result<ScreenInvitation, Error> {
    let txn = app.database.begin_write().await?;
    let minted = token::mint(app)?;
    let (code, code_mac) = screen_code::draw(&txn, app).await?;
    let (id, now) = (app.new_id(), app.now());
    let row = pass::ActiveModel {
        id: Set(id),
        event_id: Set(host.event.id),
        made_by: Set(host.account.account_id),
        made_at: Set(now),
        token_bond: Set(Some(pass::bond(app, id, host.event.id, &minted.digest))),
        token_digest: Set(minted.digest),
        opened_at: Set(None),
        revoked_at: Set(None),
        code_mac: Set(Some(code_mac)),
        wrong_codes: Set(0),
    };
    let made = row.insert(&txn).await?;
    host.records(Deed::ScreenInvited).about("screen_pass", made.id).with(json!({})).record(&txn, app).await?;
    txn.commit().await?;
    let (token_ends_at, code_ends_at) = (now + pass::LINK, now + screen_code::LIFETIME);
    Ok(ScreenInvitation { token: minted.text, token_ends_at, code, code_ends_at })
}

/// Revokes every screen of the event, those that still wait included. What they show stays until
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
