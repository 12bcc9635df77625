//! A proposal that nobody can answer any more: what either said is destroyed, and both are free to be asked again.

use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{answer, introduction, place};
use crate::app::App;
use crate::error::Error;

/// Ends what is over by the clock. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &Arc<App>) -> Result<(), Error> {
    let due = introduction::Entity::find()
        .filter(introduction::Column::Over.eq(false))
        .filter(introduction::Column::LapsesAt.lte(app.now()))
        .all(app.database.reader())
        .await?;
    for found in due {
        end(app, found.id).await?;
    }
    Ok(())
}

async fn end(app: &App, id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let found = introduction::Entity::find_by_id(id).lock_exclusive().one(&txn).await?;
    if found.is_none_or(|found| found.over) {
        return Ok(());
    }
    let row = introduction::ActiveModel { id: Set(id), over: Set(true), ..Default::default() };
    row.update(&txn).await?;
    answer::Entity::delete_many().filter(answer::Column::IntroductionId.eq(id)).exec(&txn).await?;
    place::Entity::delete_many().filter(place::Column::IntroductionId.eq(id)).exec(&txn).await?;
    txn.commit().await
}
