//! The organizer puts a quiz on the plaza.

use chrono::{DateTime, Utc};
use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::quiz::{self, Question, Questions};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// A quiz to be put on the plaza.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuiz {
    #[garde(custom(one_line(1, 60)))]
    #[schema(min_length = 1, max_length = 60)]
    pub title: String,
    /// One to twenty.
    #[garde(length(min = 1, max = 20), dive)]
    #[schema(min_items = 1, max_items = 20)]
    pub questions: Vec<Question>,
    /// From when people see and answer it.
    #[garde(skip)]
    pub opens_at: DateTime<Utc>,
    /// From when they see what was right.
    #[garde(skip)]
    pub closes_at: DateTime<Utc>,
}

/// Whether a quiz may be asked like this.
///
/// # Errors
/// 422 on `closes_at` where it would close before it opens, or be closed already; 409 `phase_closed`
/// once the online phase is over.
pub fn judge(event: &event::Model, wish: &NewQuiz, now: DateTime<Utc>) -> Result<(), Error> {
    event.requires_one_of(now, &[Phase::Draft, Phase::Registration, Phase::Online])?;
    let fault = if wish.closes_at <= wish.opens_at {
        FieldError::new("closes_at", "before_opening", "must lie after opens_at")
    } else if wish.closes_at <= now {
        FieldError::new("closes_at", "in_the_past", "must lie in the future")
    } else {
        return Ok(());
    };
    Err(Refused::invalid(vec![fault]).into())
}

/// Puts a quiz on the plaza.
///
/// # Errors
/// What [`judge`] says.
pub async fn ask(app: &App, by: &Organizer, wish: NewQuiz) -> Result<quiz::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let now = app.now();
    judge(&event, &wish, now)?;
    let row = quiz::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        title: Set(wish.title),
        questions: Set(Questions(wish.questions)),
        opens_at: Set(wish.opens_at),
        closes_at: Set(wish.closes_at),
        created_by: Set(by.account.account_id),
        created_at: Set(now),
    };
    let quiz = row.insert(&txn).await?;
    by.records(Deed::QuizAsked)
        .about("quiz", quiz.id)
        .with(json!({ "opens_at": quiz.opens_at, "closes_at": quiz.closes_at }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(event.id, What::PlazaChanged);
    Ok(quiz)
}
