//! The draw is held, once: who wins follows from the list as it was fixed and from what was not known then.

use std::collections::{HashMap, HashSet};

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::draw::{self, Among, State};
use super::entry::{self, PassedOver};
use super::refusals::{DRAW_CALLED_OFF, DRAW_HELD, DRAW_NOT_FIXED, TOO_FEW_CALLS};
use super::{call, letters, plan, win};
use crate::accounts::account;
use crate::app::App;
use crate::audit::Deed;
use crate::body::one_line_or_none;
use crate::checkin::presence;
use crate::database::{IDS_A_STATEMENT, Write};
use crate::error::{Error, Fault, FieldError, Refused};
use crate::events::access::Host;
use crate::events::event;
use crate::folding;
use crate::happening::What;
use crate::registrations::registration::{self, Status};
use queqiao_screening::draw_record::{self, Record};

/// What the public draw came to.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawBeacon {
    /// The published result, as published: `01 05 09 17 22 31+08`. However it is written, what counts is its letters and
    /// digits, with one space between groups of them: `01 05 09 17 22 31 08`. Left out where numbers were called in the
    /// hall.
    #[serde(default)]
    #[garde(custom(one_line_or_none(1, 500)))]
    pub beacon: Option<String>,
}

/// Holds a draw whose list is fixed.
///
/// # Errors
/// 409 `draw_not_fixed`, `draw_held`, `draw_called_off`, `too_few_calls`, `phase_closed`; 422 on `beacon` where the
/// public draw has a result.
pub async fn hold_draw(app: &App, by: &Host, number: i32, wish: DrawBeacon) -> Result<draw::Model, Error> {
    let txn = app.database.begin_write().await?;
    // One draw of an event after the other: whoever wins at one is passed over at the next.
    let event = event::hold(&txn, by.event.id).await?;
    plan::may(by, &event, app.now())?;
    let fixed = draw::hold(&txn, event.id, number).await?;
    match fixed.state {
        State::Fixed => {}
        State::Planned => return Err(DRAW_NOT_FIXED.into()),
        State::Held => return Err(DRAW_HELD.into()),
        State::CalledOff => return Err(DRAW_CALLED_OFF.into()),
    }
    let beacon = beacon(&txn, &fixed, wish).await?;
    let list = entry::of_draw(&txn, fixed.id).await?;
    let gone = passed_over(&txn, &event, &fixed, &list).await?;
    let announcement = fixed.announcement.as_deref().unwrap_or_default();
    let announcement = serde_json::from_str(announcement).map_err(Fault::of)?;
    let leaves = list.iter().filter(|one| gone.contains_key(&one.registration_id)).map(|one| one.leaf.clone());
    let entries: Vec<draw_record::Entry> = list.iter().map(Into::into).collect();
    let record = Record::make(announcement, entries, leaves.collect(), &beacon).map_err(Fault::of)?;
    let won = write(&txn, &event, &fixed, &list, &record, &gone).await?;
    let mut row = fixed.into_active_model();
    row.state = Set(State::Held);
    row.beacon = Set(Some(beacon));
    row.file = Set(Some(String::from_utf8(record.bytes().map_err(Fault::of)?).map_err(Fault::of)?));
    row.held_by = Set(Some(by.account.account_id));
    row.held_at = Set(Some(app.now()));
    let held = row.update(&txn).await?;
    letters::won(&txn, app, &event, &held, &won).await?;
    by.records(Deed::DrawHeld)
        .about("draw", held.id)
        .with(json!({ "fingerprint": held.fingerprint, "beacon": held.beacon, "won": won.len() }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&held).await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(held)
}

/// A result in the one way it is written: whoever types it chooses nothing by how they write it.
fn spelled(result: &str) -> String {
    let plain = folding::plain(result).to_lowercase();
    let groups = plain.split(|letter: char| !letter.is_alphanumeric()).filter(|group| !group.is_empty());
    groups.collect::<Vec<_>>().join(" ")
}

/// What it is drawn by.
async fn beacon(txn: &impl ConnectionTrait, draw: &draw::Model, wish: DrawBeacon) -> Result<String, Error> {
    if draw.source.named().is_some() {
        let message = "say what the public draw came to";
        let given = wish.beacon.map(|beacon| spelled(&beacon)).filter(|beacon| !beacon.is_empty());
        return given.ok_or_else(|| Refused::invalid(vec![FieldError::new("beacon", "required", message)]).into());
    }
    if wish.beacon.is_some() {
        let message = "this draw is drawn by the numbers that were called";
        return Err(Refused::invalid(vec![FieldError::new("beacon", "not_wanted", message)]).into());
    }
    let calls = call::of_draw(txn, draw.id).await?;
    if calls.len() < call::FEWEST { Err(TOO_FEW_CALLS.into()) } else { Ok(call::beacon(&calls)) }
}

/// Whether whoever was in such a list still belongs to it.
fn still_wanted(among: &Among, status: Status) -> bool {
    let gave_back = matches!(status, Status::Declined | Status::Expired);
    status.takes_part() && !(gave_back && matches!(among, Among::TakingPart {}))
}

/// Who of the list is not drawn among, and why: whoever takes part no more, had won before, or is not inside where the
/// draw wants that.
async fn passed_over(
    txn: &impl ConnectionTrait,
    event: &event::Model,
    draw: &draw::Model,
    list: &[entry::Model],
) -> Result<HashMap<Uuid, PassedOver>, Error> {
    let ids: Vec<Uuid> = list.iter().map(|one| one.registration_id).collect();
    let mut standing: HashMap<Uuid, Uuid> = HashMap::new();
    let mut alive = HashSet::new();
    for some in ids.chunks(IDS_A_STATEMENT) {
        let people = registration::Entity::find().filter(registration::Column::Id.is_in(some.iter().copied()));
        // Whoever withdraws holds the event, which is held here. Nobody holds whoever leaves for good in this very
        // moment: they leave before the draw or after it.
        let people = people.all(txn).await?.into_iter().filter(|one| still_wanted(&draw.among, one.status));
        standing.extend(people.map(|one| (one.id, one.account_id)));
    }
    let accounts: Vec<Uuid> = standing.values().copied().collect();
    for some in accounts.chunks(IDS_A_STATEMENT) {
        let found = account::Entity::alive().filter(account::Column::Id.is_in(some.iter().copied())).all(txn).await?;
        alive.extend(found.into_iter().map(|account| account.id));
    }
    let winners = if draw.again { HashSet::new() } else { win::winners_before(txn, draw).await? };
    let inside: HashSet<Uuid> = match draw.present {
        true => presence::Entity::inside(event.id).all(txn).await?.into_iter().map(|one| one.registration_id).collect(),
        false => HashSet::new(),
    };
    let why = |id: &Uuid| match standing.get(id) {
        Some(account) if alive.contains(account) => {
            let won = winners.contains(id).then_some(PassedOver::WonAlready);
            won.or_else(|| (draw.present && !inside.contains(id)).then_some(PassedOver::NotInside))
        }
        _ => Some(PassedOver::Withdrawn),
    };
    Ok(ids.iter().filter_map(|id| Some((*id, why(id)?))).collect())
}

/// Writes down who won, and who was passed over.
async fn write(
    txn: &Write,
    event: &event::Model,
    draw: &draw::Model,
    list: &[entry::Model],
    record: &Record,
    gone: &HashMap<Uuid, PassedOver>,
) -> Result<Vec<win::Model>, Fault> {
    for why in [PassedOver::Withdrawn, PassedOver::NotInside, PassedOver::WonAlready] {
        let ids: Vec<Uuid> = gone.iter().filter(|(_, reason)| **reason == why).map(|(id, _)| *id).collect();
        for some in ids.chunks(IDS_A_STATEMENT) {
            entry::Entity::update_many()
                .col_expr(entry::Column::PassedOver, Expr::value(why))
                .filter(entry::Column::DrawId.eq(draw.id))
                .filter(entry::Column::RegistrationId.is_in(some.iter().copied()))
                .exec(txn)
                .await?;
        }
    }
    let of_leaf: HashMap<&str, Uuid> = list.iter().map(|one| (one.leaf.as_str(), one.registration_id)).collect();
    let mut won = Vec::new();
    for (prize, leaves) in (1..).zip(&record.won) {
        let people = leaves.iter().filter_map(|leaf| of_leaf.get(leaf.as_str()));
        let row = |(seat, person): (i32, &Uuid)| win::Model {
            draw_id: draw.id,
            prize,
            seat,
            event_id: event.id,
            registration_id: *person,
        };
        won.extend((1..).zip(people).map(row));
    }
    for some in won.chunks(IDS_A_STATEMENT / 5) {
        let rows = some.iter().map(|row| row.clone().into_active_model().reset_all());
        win::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(won)
}
