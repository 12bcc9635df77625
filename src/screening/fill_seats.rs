//! The organizer has the seats tried again that stayed empty: whoever did not fit then may fit now.

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::refusals::{NO_EMPTY_SEAT, NOBODY_FITS};
use super::seat_move::{self, Stuck};
use super::{placement, run, succeed};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::registration::Side;

/// Which side has empty seats.
#[derive(Clone, Copy, Debug, Deserialize, Validate, ToSchema)]
#[schema(as = StandbyPromotion)]
#[serde(deny_unknown_fields)]
pub struct Call {
    #[garde(skip)]
    pub side: Side,
}

/// Who was asked now, and how many seats are empty still.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StandbyPromoted)]
pub struct Promoted {
    #[schema(example = json!(["A0012"]))]
    pub promoted: Vec<String>,
    pub empty: usize,
}

/// Gives the empty seats of a side to those who wait, in order, as far as the rules of the run allow.
///
/// # Errors
/// 409 `no_empty_seat`, `nobody_fits`; 404 before the run; 409 `phase_closed` once the doors are open.
pub async fn fill_seats(app: &App, by: &Organizer, call: Call) -> Result<Promoted, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, by.event.id).await?;
    event.requires_one_of(app.now(), &[Phase::Screening, Phase::Confirmation])?;
    let run = run::of_event(&txn, event.id).await?.ok_or_else(Refused::not_found)?;
    let moves = seat_move::of_event(&txn, event.id).await?;
    let mut empty = Vec::new();
    for one in moves.into_iter().filter(seat_move::Model::is_empty) {
        let leaver = placement::Entity::find_by_id(one.leaver_id).one(&txn).await?;
        empty.extend(leaver.filter(|leaver| leaver.side == call.side).map(|leaver| (one, leaver)));
    }
    if empty.is_empty() {
        return Err(NO_EMPTY_SEAT.into());
    }
    let seats = empty.len();
    let mut play = placement::in_play(&txn, event.id).await?;
    let (mut promoted, mut limits) = (Vec::new(), Vec::new());
    for (one, leaver) in empty {
        let newcomer = match succeed::fill(&txn, app, (&event, &run), &mut play, &leaver).await? {
            Ok(Some(newcomer)) => newcomer,
            Ok(None) => continue,
            Err(Stuck::Limits(why)) => {
                limits.extend(why.iter().map(ToString::to_string));
                continue;
            }
            Err(why @ Stuck::DoorsOpen) => {
                limits.push(why.to_string());
                continue;
            }
        };
        let mut row = one.into_active_model();
        row.newcomer_id = Set(Some(newcomer));
        row.stuck = Set(None);
        row.update(&txn).await?;
        by.records(Deed::StandbyPromoted)
            .about("registration", newcomer)
            .with(json!({ "leaver": leaver.registration_id }))
            .record(&txn, app)
            .await?;
        let came = placement::Entity::find_by_id(newcomer).one(&txn).await?;
        promoted.extend(came.map(|came| came.number));
    }
    if promoted.is_empty() {
        limits.sort();
        limits.dedup();
        return Err(NOBODY_FITS.with("limits", json!(limits)).into());
    }
    txn.commit().await?;
    app.happenings.announce(event.id, What::SeatsMoved);
    let empty = seats - promoted.len();
    Ok(Promoted { promoted, empty })
}
