//! The host opens a round: from now on people light up for each other.

use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, PaginatorTrait, QueryFilter, entity::prelude::*};
use serde_json::json;

use super::keys::Keys;
use super::refusals::{ANOTHER_ROUND_OPEN, KEYS_APART, ROUND_CLOSED, ROUND_OPEN};
use super::round::{self, State};
use super::{ballot, key_presence, pick_key};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault};
use crate::events::access::Host;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use queqiao_ballots::secret::Secret;

/// Opens a planned round, lays out an empty sealed ballot for everybody with a badge, and keeps
/// the key outside the database.
///
/// # Errors
/// 409 `round_open`, `round_closed`, `another_round_open`, `keys_apart`; 409 `phase_closed` before and
/// after the evening; 503 `key_store_away`; 404.
pub async fn open(app: &App, host: &Host, number: i32) -> Result<round::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let found = round::hold(&txn, event.id, number).await?;
    let now = app.now();
    event.requires(now, Phase::OnSite)?;
    match found.state {
        State::Planned => {}
        State::Open => return Err(ROUND_OPEN.into()),
        State::Closed | State::Tallied | State::Void => {
            return Err(ROUND_CLOSED.saying("This round is over; plan a new one.").into());
        }
    }
    let open = round::Entity::of_event(event.id).filter(round::Column::State.eq(State::Open)).count(&txn).await?;
    if open > 0 {
        return Err(ANOTHER_ROUND_OPEN.into());
    }
    if key_presence::is_apart(app, &txn).await? {
        return Err(KEYS_APART.into());
    }
    let secret = Arc::new(Secret::drawn().map_err(Fault::of)?);
    let coin: [u8; 32] = app.chance.secret()?;
    let keys = round::keys(app).await?;
    let key = pick_key::Model {
        round_id: found.id,
        mark: secret.mark(found.id).to_vec(),
        place: keys.number().await?,
        whereabouts: keys.whereabouts(),
    };
    pick_key::ActiveModel::from(key).insert(&txn).await?;
    ballot::lay_out(&txn, app, &found, &found.seal(&secret)).await?;
    let mut row: round::ActiveModel = found.into();
    row.state = Set(State::Open);
    row.coin = Set(Some(coin.to_vec()));
    row.opened_at = Set(Some(now));
    let opened = row.update(&txn).await?;
    host.records(Deed::PickRoundOpened)
        .about("pick_round", opened.id)
        .with(json!({ "number": opened.number }))
        .record(&txn, app)
        .await?;
    // Before the commit: an open round without its key would take ballots nobody can count.
    keys.keep(opened.id, &secret).await?;
    if let Err(fault) = txn.commit_telling(&opened).await
        && !is_open(app, &keys, &opened).await
    {
        return Err(fault);
    }
    app.happenings.announce(event.id, What::PickRoundOpened);
    Ok(opened)
}

/// Whether the round is open although its commit failed: a commit whose answer is lost may be done.
/// Only where it surely is not, the key goes. Where nobody knows it stays: it opens nothing else, and
/// the next opening replaces it. So it does where somebody else has opened the round since: then the key
/// that lies there is theirs.
async fn is_open(app: &App, keys: &Keys, opened: &round::Model) -> bool {
    let found = async {
        // Held until the key is gone: a commit still on its way has come to its end before we look, and nobody opens
        // the round, and keeps a key of it, meanwhile.
        let txn = app.database.begin_write().await?;
        let found = round::hold(&txn, opened.event_id, opened.number).await?;
        if found.state == State::Planned
            && let Err(fault) = keys.destroy(opened.id).await
        {
            tracing::error!(?fault, "the key of a round that did not open could not be destroyed");
        }
        Ok::<_, Error>(found)
    };
    match found.await {
        // The coin is this opening's own.
        Ok(found) => found.coin == opened.coin,
        Err(fault) => {
            tracing::error!(round = %opened.id, ?fault, "whether a round is open is not known; its key is kept");
            false
        }
    }
}
