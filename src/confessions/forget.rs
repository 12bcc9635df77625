//! What nobody said yes to in time is forgotten, as if it had been a no; and when the evening is
//! over, so is every yes the host did not get to.

use sea_orm::{EntityTrait, QueryFilter};

use super::confession::{Entity, forgotten, lapsed};
use crate::app::App;
use crate::error::Error;

/// Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &App) -> Result<(), Error> {
    let now = app.now();
    if Entity::find().filter(lapsed(now)).one(app.database.reader()).await?.is_none() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    forgotten().filter(lapsed(now)).exec(&txn).await?;
    txn.commit().await
}
