//! An organizer takes the roll out of the house. Where such a file goes nobody can tell afterwards,
//! so it is on record that there is one.

use serde_json::{Map, Value, json};

use super::roll::{self, Applicant, Filter};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Organizer;

/// Everybody a filter names, in the order of applying; recorded, but for a name that was searched for.
///
/// # Errors
/// 422 for a search that cannot be.
pub async fn export(app: &App, by: &Organizer, filter: Filter) -> Result<Vec<Applicant>, Error> {
    let txn = app.database.begin_write().await?;
    let roll = roll::whole(app, &txn, by.event.id, &filter).await?;
    let changes = [
        ("rows", json!(roll.len())),
        ("status", json!(filter.status)),
        ("side", json!(filter.side)),
        ("unit", json!(filter.unit)),
    ];
    let changes = changes.into_iter().filter(|(_, value)| !value.is_null());
    let detail: Map<String, Value> = changes.map(|(name, value)| (name.to_owned(), value)).collect();
    by.records(Deed::RegistrationsExported)
        .about("event", by.event.id)
        .with(Value::Object(detail))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    Ok(roll)
}
