//! Somebody who took part online and was not selected says how it was.

use garde::Validate;
use sea_orm::EntityTrait;
use serde::Deserialize;
use utoipa::ToSchema;

use super::online_sheet::{self, Effort};
use crate::app::App;
use crate::checkin::presence;
use crate::error::{Error, Refused};
use crate::events::phase::Phase;
use crate::registrations::access::Participant;

/// How the days online were.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OnlineFeedbackAnswers)]
pub struct Answers {
    /// One star to five.
    #[garde(range(min = 1, max = 5))]
    pub overall: i32,
    #[garde(skip)]
    pub effort: Effort,
    /// Whether it was clear how the selection came about.
    #[garde(skip)]
    pub clear: bool,
    #[garde(skip)]
    pub again: bool,
    #[garde(inner(length(chars, max = 500)))]
    pub words: Option<String>,
}

/// Keeps the answers; they replace what the same person answered before.
///
/// # Errors
/// 409 `phase_closed` before the end; 404 for whoever had a seat, or came all the same, and where the event was called
/// off.
pub async fn submit(app: &App, me: &Participant, answers: Answers) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    me.event.requires(app.now(), Phase::Closed)?;
    let came = presence::Entity::find_by_id(me.registration.id).one(&txn).await?.is_some();
    if !online_sheet::is_asked(&me.event, me.registration.status, came) {
        return Err(Refused::not_found().into());
    }
    let Answers { overall, effort, clear, again, words } = answers;
    let comment = words.map(|comment| comment.trim().to_owned()).filter(|comment| !comment.is_empty());
    let author = online_sheet::author(app, me.registration.id);
    let sheet = online_sheet::Model { event_id: me.event.id, author, overall, effort, clear, again, comment };
    online_sheet::put(&txn, sheet).await?;
    txn.commit().await
}
