//! Somebody in the hall asks to speak to somebody else on stage.

use chrono::Duration;
use garde::Validate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::confession::{self, Entity};
use super::refusals::{CONFESSIONS_SPENT, NO_CONFESSIONS, NOT_INSIDE};
use super::terms::Terms;
use crate::app::App;
use crate::badges::badge;
use crate::badges::number::Number;
use crate::body::one_line;
use crate::checkin::presence;
use crate::error::{Error, FieldError, Refused};
use crate::events::event::{self, Sides};
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::access::Participant;
use crate::registrations::{exclusion, registration};

/// To whom.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConfessionWish)]
pub struct Wish {
    /// As worn: `女008`.
    #[garde(custom(one_line(1, 20)))]
    pub to: String,
}

/// Whom a wish is about, judged as it would be if it were asked now.
///
/// # Errors
/// 409 `not_inside`; 422 on `to`.
pub async fn addressed(
    db: &impl ConnectionTrait,
    event: &event::Model,
    me: &registration::Model,
    wish: &Wish,
) -> Result<badge::Model, Error> {
    let wrong = |code, message| Refused::invalid(vec![FieldError::new("to", code, message)]);
    let unknown = || wrong("unknown_badge", "nobody at this event wears it");
    if !presence::is_inside(db, me.id).await? {
        return Err(NOT_INSIDE.into());
    }
    let worn = wish.to.parse::<Number>().map_err(|_| unknown())?;
    let wears = badge::wearing(db, event.id, worn).await?.ok_or_else(unknown)?;
    if wears.registration_id == me.id {
        return Err(wrong("oneself", "this is your own").into());
    }
    if event.sides == Sides::Two && worn.side == me.side {
        return Err(wrong("same_side", "somebody of the other side").into());
    }
    if !presence::is_inside(db, wears.registration_id).await? {
        return Err(wrong("not_here", "not in the hall at the moment").into());
    }
    Ok(wears)
}

/// Asks once. Where one of the two blocked the other, all the same, and nobody hears of it.
///
/// # Errors
/// 409 `phase_closed`, `no_confessions`, `not_inside` or `confessions_spent`; 422 on `to`.
pub async fn ask(app: &App, me: &Participant, wish: &Wish) -> Result<Uuid, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, me.event.id).await?;
    let (me, now) = (&me.registration, app.now());
    event.requires(now, Phase::OnSite)?;
    let terms = Terms::of(&event)?.ok_or(NO_CONFESSIONS)?;
    let wears = addressed(&txn, &event, me, wish).await?;
    let blocked = exclusion::out_of_sight(&txn, me.id).await?.contains(&wears.registration_id);
    // Counted once: between two looks another tap may have become the last one allowed.
    let turn = Entity::asked_by(me.id).count(&txn).await? + 1;
    if turn > u64::from(terms.each) {
        return Err(CONFESSIONS_SPENT.into());
    }
    let id = app.new_id();
    let row = confession::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        asked_by: Set(me.id),
        turn: Set(i32::try_from(turn).unwrap_or(i32::MAX)),
        asked_of: Set((!blocked).then_some(wears.registration_id)),
        answer_by: Set(now + Duration::minutes(terms.answer_minutes.into())),
        agreed: Set(false),
        withdrawn: Set(false),
    };
    let once = OnConflict::columns([confession::Column::AskedBy, confession::Column::Turn]).do_nothing().to_owned();
    if Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? == 0 {
        return Err(CONFESSIONS_SPENT.into());
    }
    txn.commit().await?;
    app.happenings.announce(event.id, What::ConfessionAsked);
    Ok(id)
}
