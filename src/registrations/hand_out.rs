//! An organizer takes the roll out of the house. Where such a file goes nobody can tell afterwards,
//! so it is on record that there is one.

use serde_json::json;

use super::roll::{self, Applicant};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Organizer;

/// Everybody who applied, in that order; recorded.
///
/// # Errors
/// Only faults.
pub async fn hand_out(app: &App, by: &Organizer) -> Result<Vec<Applicant>, Error> {
    let txn = app.database.begin_write().await?;
    let roll = roll::whole(app, &txn, by.event.id).await?;
    by.records(Deed::RegistrationsExported)
        .about("event", by.event.id)
        .with(json!({ "rows": roll.len() }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(roll)
}
