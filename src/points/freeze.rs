//! The organizer closes the ledger for good, so that the screening stands on points nobody can move.

use serde_json::json;

use super::frozen;
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// From the online phase on; before it there is nothing to freeze.
const TAKES: [Phase; 5] = [Phase::Online, Phase::Screening, Phase::Confirmation, Phase::OnSite, Phase::Closed];

/// Freezes the ledger. Awards in flight end before it, later ones are refused; saying it again
/// gives the first freeze.
///
/// # Errors
/// 409 `phase_closed` before the online phase.
pub async fn freeze(app: &App, by: &Organizer) -> Result<frozen::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    let now = app.now();
    event.requires_one_of(now, &TAKES)?;
    if let Some(frozen) = frozen::of_event(&txn, event.id).await? {
        return Ok(frozen);
    }
    let frozen = frozen::seal(&txn, app, &event, Some(by.account.account_id), now).await?;
    by.records(Deed::LedgerFrozen)
        .about("event", event.id)
        .with(json!({ "digest": frozen.hex() }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&frozen).await?;
    app.happenings.announce(event.id, What::PointsChanged);
    Ok(frozen)
}
