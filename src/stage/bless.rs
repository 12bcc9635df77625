//! Somebody in the hall blesses the couple on the bridge.

use garde::Validate;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::blessing::{self, Entity};
use super::cue::{Cue, Reveals};
use super::queue;
use super::refusals::NOBODY_ON_THE_BRIDGE;
use super::step::Steps;
use super::terms::Terms;
use crate::app::App;
use crate::checkin::presence;
use crate::confessions::refusals::NOT_INSIDE;
use crate::error::Error;
use crate::happening::What;
use crate::registrations::access::Participant;

/// A few taps, sent together.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Blessings {
    /// The `moves` of the scene they were tapped at: what comes late is not for the next couple.
    #[garde(skip)]
    pub moves: i32,
    #[garde(range(min = 1, max = 100))]
    pub taps: i32,
}

/// What is left.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = BlessingsTaken)]
pub struct Taken {
    /// How often this phone may still tap for this couple.
    pub left: i32,
}

/// Counts taps up to what one phone may give one couple; what is beyond that is let go.
///
/// # Errors
/// 409 `nobody_on_the_bridge`, `not_inside`, `stage_moved`.
pub async fn bless(app: &App, me: &Participant, blessings: Blessings) -> Result<Taken, Error> {
    let most = i32::try_from(Terms::of(&me.event)?.blessings).unwrap_or(i32::MAX);
    let txn = app.database.begin_write().await?;
    let steps = Steps::of(&txn, me.event.id).await?;
    let Cue::Couple { couple, reveals: Reveals::Bridge } = steps.current_cue() else {
        return Err(NOBODY_ON_THE_BRIDGE.into());
    };
    if most == 0 || queue::pair(&txn, me.event.id, couple).await?.is_none() {
        return Err(NOBODY_ON_THE_BRIDGE.into());
    }
    steps.stand_at(blessings.moves)?;
    if !presence::is_inside(&txn, me.registration.id).await? {
        return Err(NOT_INSIDE.saying("Only who is in the hall can bless.").into());
    }
    let row = blessing::ActiveModel {
        couple_id: Set(couple),
        registration_id: Set(me.registration.id),
        taps: Set(std::cmp::min(blessings.taps, most)),
    };
    // One statement: a phone that sends twice at once still has no more than its share.
    let now = Expr::col((Entity, blessing::Column::Taps)).add(blessings.taps);
    let within = Expr::case(now.clone().gt(most), most).finally(now);
    let more = OnConflict::columns([blessing::Column::CoupleId, blessing::Column::RegistrationId])
        .value(blessing::Column::Taps, within)
        .to_owned();
    let given = Entity::insert(row).on_conflict(more).exec_with_returning(&txn).await?;
    txn.commit().await?;
    app.happenings.announce(me.event.id, What::Blessed);
    Ok(Taken { left: most - given.taps })
}
