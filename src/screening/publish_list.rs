//! The organizer publishes whom the screening will look at and which public draw will break ties, before it takes place.

use garde::Validate;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::refusals::{ALREADY_SCREENED, LEDGER_NOT_FROZEN};
use super::{applicants, list, run};
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::points::frozen;

/// The public draw to come, by name: `双色球 2026090 期`, `drand round 4242`.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[schema(as = DrawAnnouncement)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    #[garde(custom(one_line(1, 200)))]
    pub draw: String,
}

/// Publishes the list. It may be published again until the run; every one stays on record.
///
/// # Errors
/// 409 `phase_closed`, `ledger_not_frozen`, `already_screened`.
pub async fn publish_list(app: &App, by: &Organizer, announcement: Announcement) -> Result<list::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    event.requires(app.now(), Phase::Screening)?;
    if run::of_event(&txn, event.id).await?.is_some() {
        return Err(ALREADY_SCREENED.into());
    }
    if frozen::of_event(&txn, event.id).await?.is_none() {
        return Err(LEDGER_NOT_FROZEN.into());
    }
    let published = applicants::publish(&txn, app, &event, &announcement.draw, by.account.account_id).await?;
    by.records(Deed::ScreeningListPublished)
        .about("screening_list", published.id)
        .with(json!({ "root": published.root, "people": published.people, "draw": published.draw }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&published).await?;
    app.happenings.announce(event.id, What::EventChanged);
    Ok(published)
}
