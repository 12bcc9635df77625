//! The host opens a round: from now on people light up for each other.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, PaginatorTrait, QueryFilter, entity::prelude::*};
use serde_json::json;
use zeroize::Zeroizing;

use super::round::{self, State};
use super::{ballot, company, keys::Keys};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// Why a round was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    AlreadyOpen,
    /// Closed, tallied or void: a round opens once.
    Over,
    /// The hall lights up for one round at a time.
    AnotherIsOpen,
    /// Another process of the house could not take ballots for this round.
    KeysApart,
}

impl From<NotOpened> for Error {
    fn from(refused: NotOpened) -> Self {
        let refused = match refused {
            NotOpened::AlreadyOpen => Refused::conflict("round_open", "This round is open already."),
            NotOpened::Over => Refused::conflict("round_closed", "This round is over; plan a new one."),
            NotOpened::AnotherIsOpen => {
                Refused::conflict("another_round_open", "Another round is open; close it first.")
            }
            NotOpened::KeysApart => Refused::conflict(
                "keys_apart",
                "Processes of this service keep their keys apart; give all of them one picks.key_dir.",
            ),
        };
        refused.into()
    }
}

/// Opens a planned round, lays out an empty sealed ballot for everybody with a badge, and keeps
/// the key outside the database.
///
/// # Errors
/// [`NotOpened`]; 409 `phase_closed` before and after the evening; 404.
pub async fn open(app: &App, host: &Host, number: i32) -> Result<round::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    let found = round::hold(&txn, event.id, number).await?;
    let now = app.now();
    event.requires(now, Phase::OnSite)?;
    match found.state {
        State::Planned => {}
        State::Open => return Err(NotOpened::AlreadyOpen.into()),
        State::Closed | State::Tallied | State::Void => return Err(NotOpened::Over.into()),
    }
    let open = round::Entity::of_event(event.id).filter(round::Column::State.eq(State::Open)).count(&txn).await?;
    if open > 0 {
        return Err(NotOpened::AnotherIsOpen.into());
    }
    if company::is_apart(app, &txn).await? {
        return Err(NotOpened::KeysApart.into());
    }
    let secret = Zeroizing::new(app.chance.secret()?);
    let coin: [u8; 32] = app.chance.secret()?;
    ballot::lay_out(&txn, app, &found, &found.seal(&secret)).await?;
    let mut row: round::ActiveModel = found.into();
    row.state = Set(State::Open);
    row.coin = Set(Some(coin.to_vec()));
    row.opened_at = Set(Some(now));
    let opened = row.update(&txn).await?;
    let entry = audit::Entry {
        actor: Some(host.account.account_id),
        organization_id: Some(event.organization_id),
        event_id: Some(event.id),
        action: "pick_round_opened",
        subject: Some(("pick_round", opened.id)),
        reason: None,
        detail: json!({ "number": opened.number }),
    };
    audit::record(&txn, app, entry).await?;
    // Before the commit: an open round without its key would take ballots nobody can count.
    let keys = round::keys(app)?;
    keys.keep(opened.id, &secret)?;
    if let Err(fault) = txn.commit_telling(&opened).await {
        forget(&keys, &opened);
        return Err(fault);
    }
    app.happenings.announce(event.id, What::PickRoundOpened);
    Ok(opened)
}

fn forget(keys: &Keys, round: &round::Model) {
    if let Err(fault) = keys.destroy(round.id) {
        tracing::error!(?fault, "the key of a round that did not open could not be destroyed");
    }
}
