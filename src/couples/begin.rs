//! What two said on their ballots becomes their consent, as if they had said it now: whoever is
//! willing need not be asked again in front of the hall.

use std::sync::Arc;

use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{agree, consent};
use crate::app::App;
use crate::error::Error;
use crate::happening::What;
use crate::picks::{ballot_consent, matched};

/// Takes over everything said on ballots that was not taken over yet. Safe to repeat, and to run in
/// several processes.
///
/// # Errors
/// Only faults.
pub async fn due(app: &Arc<App>) -> Result<(), Error> {
    let matches = ballot_consent::Entity::find().select_only().column(ballot_consent::Column::MatchId).distinct();
    let matches: Vec<Uuid> = matches.into_tuple().all(app.database.reader()).await?;
    for match_id in matches {
        begin(app, match_id).await?;
    }
    Ok(())
}

async fn begin(app: &Arc<App>, match_id: Uuid) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let Some(found) = matched::Entity::find_by_id(match_id).lock_exclusive().one(&txn).await? else { return Ok(()) };
    let of_match = ballot_consent::Column::MatchId.eq(match_id);
    let consents = ballot_consent::Entity::find().filter(of_match.clone()).all(&txn).await?;
    // What somebody has said since counts for more.
    let kept = OnConflict::columns([consent::Column::MatchId, consent::Column::RegistrationId]).do_nothing().to_owned();
    for consents in consents {
        let row = consent::Model {
            match_id,
            registration_id: consents.registration_id,
            show: consents.stage,
            follow_up: consents.stage && consents.follow_up,
            given_at: app.now(),
        };
        consent::Entity::insert(row.into_active_model()).on_conflict(kept.clone()).exec_without_returning(&txn).await?;
    }
    ballot_consent::Entity::delete_many().filter(of_match).exec(&txn).await?;
    let changed = agree::update_couple(&txn, app, &found).await?;
    txn.commit().await?;
    if changed {
        app.happenings.announce(found.event_id, What::CouplesChanged);
    }
    Ok(())
}
