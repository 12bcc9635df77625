//! A host says that a round will never be counted. Nothing else makes one void: a key that is not
//! here may be elsewhere, and sealed ballots keep.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, PaginatorTrait, QueryFilter, entity::prelude::*};
use serde_json::json;

use super::keys::Looked;
use super::refusals::{KEY_IS_SAFE, ROUND_CAN_BE_COUNTED, ROUND_CLOSED, ROUND_NOT_OPEN, VOID_UNCONFIRMED};
use super::round::{self, State};
use super::{ballot, key_presence, pick_key, tally};
use crate::app::App;
use crate::audit::Deed;
use crate::error::Error;
use crate::events::access::Host;
use crate::happening::What;

/// Declares a round void that cannot be counted, and destroys its ballots. Saying it again changes
/// nothing.
///
/// # Errors
/// 409 `round_not_open`, `round_closed`; `round_can_be_counted` where its ballots can be opened here, and
/// it is to be closed, not thrown away; `key_is_safe`, `void_unconfirmed`; 503 `key_store_away`; 404.
pub async fn void(app: &App, host: &Host, number: i32, confirmed: bool) -> Result<round::Model, Error> {
    let keys = round::keys(app).await?;
    let txn = app.database.begin_write().await?;
    let found = round::hold(&txn, host.event.id, number).await?;
    match found.state {
        State::Open | State::Closed => {}
        State::Planned => return Err(ROUND_NOT_OPEN.into()),
        State::Tallied => return Err(ROUND_CLOSED.saying("This round was counted.").into()),
        State::Void => return Ok(found),
    }
    let kept = pick_key::find(&txn, found.id).await?;
    let looked = match &kept {
        Some(kept) => keys.look(found.id, &kept.mark).await?,
        None => Looked::Nowhere,
    };
    match looked {
        // It may well lie there.
        Looked::Away => return Err(pick_key::away().into()),
        Looked::Found(secret) if tally::open(&txn, &found, &secret).await?.can_be_counted() => {
            return Err(ROUND_CAN_BE_COUNTED.into());
        }
        Looked::Found(_) | Looked::Wrong | Looked::Nowhere => {}
    }
    let (place, whereabouts) = kept.map_or((None, String::new()), |kept| (Some(kept.place), kept.whereabouts));
    if let Some(place) = place
        && key_presence::keeps_elsewhere(app, &txn, place).await?
    {
        return Err(KEY_IS_SAFE.with("key", whereabouts).into());
    }
    let ballots = ballot::Entity::of_round(found.id);
    if !confirmed {
        let ballots = ballots.count(&txn).await?;
        return Err(VOID_UNCONFIRMED.with("ballots", ballots).with("key", whereabouts).into());
    }
    ballot::Entity::delete_many().filter(ballot::Column::RoundId.eq(found.id)).exec(&txn).await?;
    pick_key::Entity::delete_by_id(found.id).exec(&txn).await?;
    let mut row: round::ActiveModel = found.into();
    row.state = Set(State::Void);
    let void = row.update(&txn).await?;
    host.records(Deed::PickRoundVoid)
        .about("pick_round", void.id)
        .with(json!({ "number": void.number, "key": whereabouts }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    tally::forget(&keys, void.id).await;
    app.happenings.announce(host.event.id, What::PickRoundTallied);
    tally::leave_the_log(app, void.id).await;
    Ok(void)
}
