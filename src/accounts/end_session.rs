//! A browser signs out.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{session, token};
use crate::app::App;
use crate::error::Error;

/// Ends the session of a cookie's token. An unknown one has ended already.
///
/// # Errors
/// What the database says.
pub async fn end_session(app: &App, token: &str) -> Result<(), Error> {
    let Some(digest) = token::digest(token) else { return Ok(()) };
    let txn = app.database.begin_write().await?;
    session::Entity::delete_many().filter(session::Column::TokenDigest.eq(digest)).exec(&txn).await?;
    txn.commit().await
}
