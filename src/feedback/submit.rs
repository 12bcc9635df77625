//! Somebody who came says how it was.

use garde::Validate;
use sea_orm::EntityTrait;
use serde::Deserialize;
use utoipa::ToSchema;

use super::sheet::{self, Pace};
use crate::app::App;
use crate::checkin::presence;
use crate::error::{Error, Refused};
use crate::events::phase::Phase;
use crate::registrations::access::Participant;

/// How it was.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FeedbackAnswers)]
pub struct Answers {
    /// One star to five.
    #[garde(range(min = 1, max = 5))]
    pub overall: i32,
    #[garde(skip)]
    pub pace: Pace,
    #[garde(skip)]
    pub met: bool,
    #[garde(skip)]
    pub again: bool,
    #[garde(inner(length(chars, max = 500)))]
    pub words: Option<String>,
}

/// Keeps the answers; they replace what the same person answered before.
///
/// # Errors
/// 409 `phase_closed` before the end; 404 for whoever did not come.
pub async fn submit(app: &App, me: &Participant, answers: Answers) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    me.event.requires(app.now(), Phase::Closed)?;
    presence::Entity::find_by_id(me.registration.id).one(&txn).await?.ok_or_else(Refused::not_found)?;
    let Answers { overall, pace, met, again, words } = answers;
    let comment = words.map(|comment| comment.trim().to_owned()).filter(|comment| !comment.is_empty());
    let author = sheet::author(app, me.registration.id);
    sheet::put(&txn, sheet::Model { event_id: me.event.id, author, overall, pace, met, again, comment }).await?;
    txn.commit().await
}
