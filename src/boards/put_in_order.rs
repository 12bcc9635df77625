//! Somebody who applied says which boards they would come to, the dearest first.

use std::collections::HashSet;

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;

use super::refusals::{NO_BOARDS, WISHES_FIXED};
use super::wished::Wished;
use super::{terms, wish};
use crate::app::App;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::event;
use crate::points::frozen;
use crate::registrations::access::Participant;

/// Names of boards, the dearest first; of those left out nobody is given one.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BoardWishes)]
pub struct Wishes {
    #[garde(length(max = 16))]
    #[schema(example = json!(["concert", "aquarium"]))]
    pub boards: Vec<String>,
}

/// Keeps the order, in place of the one before.
///
/// # Errors
/// 409 `no_boards`, `wishes_fixed`; 422 `invalid` where no board is named, one twice, or one that is not there.
pub async fn put_in_order(app: &App, me: &Participant, wishes: Wishes) -> Result<Wished, Error> {
    let txn = app.database.begin_write().await?;
    // Shared: whoever freezes the points holds the event for themself, and the list is made after that.
    let event = event::hold_shared(&txn, me.event.id).await?;
    let boards = terms::of(&event)?;
    if boards.is_empty() {
        return Err(NO_BOARDS.into());
    }
    if frozen::is_closed(&txn, &event, app.now()).await? {
        return Err(WISHES_FIXED.into());
    }
    let faults = faults(&wishes.boards, &boards);
    if !faults.is_empty() {
        return Err(Refused::invalid(faults).into());
    }
    let row = wish::Model {
        registration_id: me.registration.id,
        event_id: event.id,
        boards: serde_json::to_string(&wishes.boards).map_err(Fault::of)?,
        at: app.now(),
    };
    wish::put(&txn, row).await?;
    txn.commit().await?;
    Ok(Wished { boards: wishes.boards, chosen: true, open: true })
}

fn faults(wished: &[String], boards: &[terms::Board]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if wished.is_empty() {
        faults.push(FieldError::new("boards", "blank", "name at least one board"));
    }
    let mut seen = HashSet::new();
    for (at, name) in wished.iter().enumerate() {
        let path = format!("boards[{at}]");
        if !boards.iter().any(|board| board.name == *name) {
            faults.push(terms::unknown(path));
        } else if !seen.insert(name) {
            faults.push(FieldError::new(path, "twice", "this board is already named"));
        }
    }
    faults
}
