//! An organizer ends a circle before its last day is over.

use garde::Validate;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{entrance, term};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CircleEnding {
    /// Stands in the audit log.
    #[garde(custom(one_line(1, 200)))]
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Ends it now, for good: what was written is erased.
///
/// # Errors
/// What [`entrance::open`] says.
pub async fn end(app: &App, by: &Organizer, reason: &str) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    // Whoever writes holds the event: they are done, or come too late.
    let event = event::hold(&txn, by.event.id).await?;
    let now = app.now();
    let term = entrance::open(&txn, &event, now).await?;
    term::ActiveModel { event_id: Set(event.id), at: Set(now) }.insert(&txn).await?;
    by.records(Deed::CircleEnded)
        .about("event", event.id)
        .because(reason.trim())
        .with(json!({ "last_day": term.last_day }))
        .record(&txn, app)
        .await?;
    txn.commit().await
}
