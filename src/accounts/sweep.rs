//! What has run out is thrown away: sign-ups nobody confirmed, links, sessions, refresh tokens,
//! tries at signing in. The letters promise it, and what is not there cannot be stolen.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{
    letter_request, refresh_token, reset_request, session, sign_in_throttle, sign_up, spent_link, token_family,
};
use crate::app::App;
use crate::error::{Error, Fault};

/// Throws away what has run out. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let now = app.now();
    // Looked at first: nine rounds out of ten there is nothing, and a writer need not be bothered.
    if !anything(app).await? {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    let unconfirmed = sign_up::Column::ExpiresAt.lte(now);
    let late = sign_up::Entity::find().filter(unconfirmed.clone()).all(&txn).await?;
    spent_link::remember(&txn, app, late.into_iter().map(|wish| wish.token_digest), false).await?;
    sign_up::Entity::delete_many().filter(unconfirmed).exec(&txn).await?;
    let unused = reset_request::Column::ExpiresAt.lte(now);
    let late = reset_request::Entity::find().filter(unused.clone()).all(&txn).await?;
    spent_link::remember(&txn, app, late.into_iter().map(|link| link.token_digest), false).await?;
    reset_request::Entity::delete_many().filter(unused).exec(&txn).await?;
    spent_link::Entity::delete_many().filter(spent_link::Column::At.lte(now - spent_link::KEPT)).exec(&txn).await?;
    letter_request::Entity::delete_many().filter(letter_request::over(now)).exec(&txn).await?;
    session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(&txn).await?;
    sign_in_throttle::Entity::delete_many()
        .filter(sign_in_throttle::Column::At.lte(now - sign_in_throttle::DAY))
        .exec(&txn)
        .await?;
    // A spent token is kept as long as it would have been good: shown again, it betrays a thief.
    refresh_token::Entity::delete_many().filter(refresh_token::Column::ExpiresAt.lte(now)).exec(&txn).await?;
    token_family::Entity::delete_many().filter(over(now)).exec(&txn).await?;
    txn.commit().await
}

/// A sign-in that no token belongs to any more. A fresh one gets its first token in the same
/// transaction, so age is asked only to be plain.
fn over(now: chrono::DateTime<chrono::Utc>) -> Condition {
    let in_use = refresh_token::Entity::find().select_only().column(refresh_token::Column::FamilyId).into_query();
    Condition::all()
        .add(token_family::Column::At.lte(now - refresh_token::LIFETIME))
        .add(token_family::Column::Id.not_in_subquery(in_use))
}

async fn anything(app: &App) -> Result<bool, Fault> {
    let (db, now) = (app.database.reader(), app.now());
    let sign_up = sign_up::Entity::find().filter(sign_up::Column::ExpiresAt.lte(now)).one(db).await?;
    let reset = reset_request::Entity::find().filter(reset_request::Column::ExpiresAt.lte(now)).one(db).await?;
    let link = spent_link::Entity::find().filter(spent_link::Column::At.lte(now - spent_link::KEPT)).one(db).await?;
    let request = letter_request::Entity::find().filter(letter_request::over(now)).one(db).await?;
    let session = session::Entity::find().filter(session::Column::ExpiresAt.lte(now)).one(db).await?;
    let attempt = sign_in_throttle::Entity::find()
        .filter(sign_in_throttle::Column::At.lte(now - sign_in_throttle::DAY))
        .one(db)
        .await?;
    let token = refresh_token::Entity::find().filter(refresh_token::Column::ExpiresAt.lte(now)).one(db).await?;
    let (links, requests) =
        (sign_up.is_some() || reset.is_some() || link.is_some(), request.is_some() || attempt.is_some());
    Ok(links || requests || session.is_some() || token.is_some())
}
