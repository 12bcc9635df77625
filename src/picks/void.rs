//! A host says that a round will never be counted. Nothing else makes one void: a key that is not
//! here may be elsewhere, and sealed ballots keep.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, PaginatorTrait, QueryFilter, entity::prelude::*};
use serde_json::json;

use super::round::{self, State};
use super::{ballot, key_presence, pick_key, tally};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Refused};
use crate::events::access::Host;
use crate::happening::What;

/// Why a round was not declared void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotVoid {
    NeverOpened,
    AlreadyTallied,
    /// Its ballots can be opened here: it is to be closed, not thrown away.
    CanBeCounted,
    /// A living process has its key.
    KeyIsSafe {
        whereabouts: String,
    },
    /// It was asked once, and has to be asked twice.
    Unconfirmed {
        ballots: u64,
        whereabouts: String,
    },
}

impl From<NotVoid> for Error {
    fn from(refused: NotVoid) -> Self {
        let refused = match refused {
            NotVoid::NeverOpened => round::not_open(),
            NotVoid::AlreadyTallied => Refused::conflict("round_closed", "This round was counted."),
            NotVoid::CanBeCounted => {
                Refused::conflict("round_can_be_counted", "Nothing is wrong with this round; close it.")
            }
            NotVoid::KeyIsSafe { whereabouts } => {
                Refused::conflict("key_is_safe", "A process that has the key of this round is running; close it there.")
                    .with("key", whereabouts)
            }
            NotVoid::Unconfirmed { ballots, whereabouts } => Refused::conflict(
                "void_unconfirmed",
                "This destroys the sealed ballots for good, and nobody will ever know whom they named. Look for the key first; to go on all the same, say it once more with `confirm`.",
            )
            .with("ballots", ballots)
            .with("key", whereabouts),
        };
        refused.into()
    }
}

/// Declares a round void that cannot be counted, and destroys its ballots. Saying it again changes
/// nothing.
///
/// # Errors
/// [`NotVoid`]; 404.
pub async fn void(app: &App, host: &Host, number: i32, confirmed: bool) -> Result<round::Model, Error> {
    let keys = round::keys(app).await?;
    let txn = app.database.begin_write().await?;
    let found = round::hold(&txn, host.event.id, number).await?;
    match found.state {
        State::Open | State::Closed => {}
        State::Planned => return Err(NotVoid::NeverOpened.into()),
        State::Tallied => return Err(NotVoid::AlreadyTallied.into()),
        State::Void => return Ok(found),
    }
    if let Ok(secret) = pick_key::secret(&txn, &keys, found.id).await?
        && tally::open(&txn, &found, &secret).await?.can_be_counted()
    {
        return Err(NotVoid::CanBeCounted.into());
    }
    let kept = pick_key::find(&txn, found.id).await?;
    let (place, whereabouts) = kept.map_or((None, String::new()), |kept| (Some(kept.place), kept.whereabouts));
    if let Some(place) = place
        && key_presence::keeps_elsewhere(app, &txn, place).await?
    {
        return Err(NotVoid::KeyIsSafe { whereabouts }.into());
    }
    let ballots = ballot::Entity::of_round(found.id);
    if !confirmed {
        return Err(NotVoid::Unconfirmed { ballots: ballots.count(&txn).await?, whereabouts }.into());
    }
    ballot::Entity::delete_many().filter(ballot::Column::RoundId.eq(found.id)).exec(&txn).await?;
    pick_key::Entity::delete_by_id(found.id).exec(&txn).await?;
    let mut row: round::ActiveModel = found.into();
    row.state = Set(State::Void);
    let void = row.update(&txn).await?;
    let entry = audit::Entry {
        actor: Some(host.account.account_id),
        organization_id: Some(host.event.organization_id),
        event_id: Some(host.event.id),
        action: "pick_round_void",
        subject: Some(("pick_round", void.id)),
        reason: None,
        detail: json!({ "number": void.number, "key": whereabouts }),
    };
    audit::record(&txn, app, entry).await?;
    txn.commit().await?;
    tally::forget(&keys, void.id);
    app.happenings.announce(host.event.id, What::PickRoundTallied);
    tally::leave_the_log(app, void.id).await;
    Ok(void)
}
