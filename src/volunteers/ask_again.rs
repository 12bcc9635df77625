//! Whoever wanted to be asked later is asked again when the time has come.

use std::sync::Arc;

use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect, entity::prelude::*};

use super::question::{self, MOST_TURNS};
use super::{cases, letters, remind};
use crate::app::App;
use crate::couples::couple;
use crate::error::Error;
use crate::events::event;

/// Asks again whoever is due. Safe to repeat, and in several processes at once.
///
/// # Errors
/// Only faults.
pub async fn due(app: &Arc<App>) -> Result<(), Error> {
    let due = question::Entity::find().filter(question::Column::AgainAt.lte(app.now()));
    for question in due.all(app.database.reader()).await? {
        ask(app, question).await?;
    }
    Ok(())
}

async fn ask(app: &App, question: question::Model) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let couple = couple::Entity::find_by_id(question.couple_id).lock_exclusive().one(&txn).await?;
    let held = question::Entity::find_by_id(question.id).lock_exclusive().one(&txn).await?;
    let (Some(couple), Some(question)) = (couple, held.filter(|held| held.again_at.is_some())) else {
        return Ok(());
    };
    let row = question::ActiveModel { id: Set(question.id), again_at: Set(None), ..Default::default() };
    row.update(&txn).await?;
    let event = event::Entity::find_by_id(couple.event_id).one(&txn).await?;
    let cases = cases::of_events(&txn, event.into_iter().collect()).await?;
    let case = cases.into_iter().find(|case| case.couple.id == couple.id && question.turn < MOST_TURNS);
    // Not about what was answered meanwhile, by whomever, nor once the two parted or the next task came.
    if let Some(case) = case.filter(|case| case.asking(app.now()) == Some(question.milestone))
        && remind::may_ask(&txn, app, couple.id, question.registration_id).await?
    {
        let (milestone, turn) = (question.milestone, question.turn + 1);
        letters::ask(&txn, app, &case.event, &couple, question.registration_id, milestone, turn).await?;
    }
    txn.commit().await
}
