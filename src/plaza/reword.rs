//! The organizer changes a quiz that nobody has seen.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::ask::{self, NewQuiz};
use super::quiz::{self, Questions};
use super::refusals::QUIZ_OPENED;
use crate::app::App;
use crate::audit::{Deed, changes};
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::happening::What;

/// Puts other questions or other times in the place of a quiz's own.
///
/// # Errors
/// 404 where there is no such quiz; 409 `quiz_opened`; what [`ask::ask`] says.
pub async fn reword(app: &App, by: &Organizer, id: Uuid, wish: NewQuiz) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    let held = quiz::Entity::of_event(event.id).filter(quiz::Column::Id.eq(id)).lock_exclusive().one(&txn).await?;
    let held = held.ok_or_else(Refused::not_found)?;
    if held.has_opened(now) {
        return Err(QUIZ_OPENED.into());
    }
    ask::judge(&event, &wish, now)?;
    let state_of = |quiz: &quiz::Model| {
        json!({
            "title": quiz.title, "questions": quiz.questions, "opens_at": quiz.opens_at, "closes_at": quiz.closes_at,
        })
    };
    let before = state_of(&held);
    let mut row = held.into_active_model();
    row.title = Set(wish.title);
    row.questions = Set(Questions(wish.questions));
    row.opens_at = Set(wish.opens_at);
    row.closes_at = Set(wish.closes_at);
    let quiz = row.update(&txn).await?;
    by.records(Deed::QuizReworded)
        .about("quiz", quiz.id)
        .with(json!({ "changes": changes::between(&before, &state_of(&quiz)) }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::PlazaChanged);
    Ok(())
}
