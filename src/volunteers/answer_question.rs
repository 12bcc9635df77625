//! One of two answers how it goes, by the link of a letter: once, for a time, and without signing in. What one says
//! alone waits for the other, and the other is told nothing of it.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect, entity::prelude::*};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Answer, OneTap, confirmed};
use super::follow_up::{self, State};
use super::question::{self, SNOOZE};
use super::refusals::{LINK_ALTERED, LINK_LATE, LINK_USED};
use crate::app::App;
use crate::couples::{agree, couple};
use crate::database::Write;
use crate::error::Error;
use crate::happening::What;
use crate::picks::matched;
use crate::registrations::registration;
use crate::sealed;

/// An answer by the link of a letter.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAnswer {
    /// What the link carries.
    #[garde(length(max = 200))]
    pub token: String,
    #[garde(skip)]
    pub answer: OneTap,
}

/// Whether the link would answer now: nothing is done by looking.
///
/// # Errors
/// As [`answer`].
pub async fn look(app: &App, token: &str) -> Result<(), Error> {
    let id = question::id_of(app, token).ok_or(LINK_ALTERED)?;
    let db = app.database.reader();
    let question = question::Entity::find_by_id(id).one(db).await?.ok_or(LINK_ALTERED)?;
    judge(app, &question)
}

/// By the link alone: that the other one wants to be asked no more is not told by it.
fn judge(app: &App, question: &question::Model) -> Result<(), Error> {
    if question.answered_at.is_some() {
        return Err(LINK_USED.into());
    }
    if question.expires_at <= app.now() {
        return Err(LINK_LATE.into());
    }
    Ok(())
}

/// Answers. Where the two are not looked after any more the answer is taken as any other and comes to nothing.
///
/// # Errors
/// 404 `link_altered`; 409 `link_used`; 410 `link_late`.
pub async fn answer(app: &App, given: LinkAnswer) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let id = question::id_of(app, &given.token).ok_or(LINK_ALTERED)?;
    let question = question::Entity::find_by_id(id).one(&txn).await?.ok_or(LINK_ALTERED)?;
    let couple = couple::Entity::find_by_id(question.couple_id).one(&txn).await?.ok_or(LINK_LATE)?;
    // In the order in which everybody holds them: the match, the couple, what hangs on it.
    let found = matched::Entity::find_by_id(couple.match_id).lock_exclusive().one(&txn).await?.ok_or(LINK_LATE)?;
    let couple = couple::Entity::find_by_id(couple.id).lock_exclusive().one(&txn).await?;
    let question = question::Entity::find_by_id(id).lock_exclusive().one(&txn).await?.ok_or(LINK_ALTERED)?;
    judge(app, &question)?;
    let wanted = couple.is_some_and(|couple| couple.withdrawn_at.is_none() && couple.follow_up_since.is_some());
    let now = app.now();
    let row = question::ActiveModel {
        id: Set(id),
        answered_at: Set(Some(now)),
        answer: Set(Some(sealed::CASE_ANSWER.seal(&app.secrets, &[id], given.answer.letter())?)),
        again_at: Set((given.answer == OneTap::Later).then_some(now + SNOOZE)),
        ..Default::default()
    };
    row.update(&txn).await?;
    let (registration_id, milestone) = (question.registration_id, question.milestone);
    let own = Answer { registration_id, milestone, answer: given.answer, at: now };
    let answers = question::answers(&txn, app, question.couple_id).await?;
    let mut changed = false;
    if given.answer == OneTap::NoMore {
        changed = agree::stop_asking(&txn, app, &found, question.registration_id).await?;
    } else if let Some(state) = confirmed(&answers, &own).filter(|_| wanted) {
        note(&txn, app, &question, state).await?;
        changed = true;
    }
    txn.commit().await?;
    if changed {
        app.happenings.announce(found.event_id, What::OutcomesChanged);
    }
    Ok(())
}

/// Notes what both say, as if a volunteer had heard it: it answers the task where nobody has.
async fn note(txn: &Write, app: &App, question: &question::Model, state: State) -> Result<(), Error> {
    let Some(person) = registration::Entity::find_by_id(question.registration_id).one(txn).await? else {
        return Ok(());
    };
    let noted = follow_up::Entity::find().filter(follow_up::Column::CoupleId.eq(question.couple_id));
    let noted = noted.filter(follow_up::Column::Milestone.eq(question.milestone)).one(txn).await?;
    let id = app.new_id();
    let row = follow_up::ActiveModel {
        id: Set(id),
        couple_id: Set(question.couple_id),
        account_id: Set(person.account_id),
        milestone: Set(noted.is_none().then_some(question.milestone)),
        state: Set(state),
        note: Set(sealed::FOLLOW_UP_NOTE.seal(&app.secrets, &[id], "")?),
        at: Set(app.now()),
        recorded_at: Set(app.now()),
    };
    row.insert(txn).await?;
    Ok(())
}
