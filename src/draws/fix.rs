//! The list of a draw is fixed, and its fingerprint is published before anybody can know what it will be drawn by.

use chrono::SecondsFormat;
use data_encoding::HEXLOWER;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::draw::{self, State};
use super::refusals::{DRAW_CALLED_OFF, DRAW_FIXED, NOBODY_TO_DRAW};
use super::{among, entry, plan, win};
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault};
use crate::events::access::Host;
use crate::events::event;
use crate::happening::What;
use queqiao_screening::draw_record::{self, Announcement};
use queqiao_screening::lottery::Hash;
use queqiao_screening::{draw as pure, lottery};

/// Rows one statement writes: databases bind a limited number of values in one.
const MANY: usize = 500;

/// Fixes the list and publishes its fingerprint, once.
///
/// # Errors
/// 409 `draw_fixed`, `draw_called_off`, `list_not_complete`, `nobody_to_draw`, `phase_closed`.
pub async fn fix(app: &App, by: &Host, number: i32) -> Result<draw::Model, Error> {
    let txn = app.database.begin_write().await?;
    // Whoever wins at another draw in the same moment waits, or is known.
    let event = event::hold(&txn, by.event.id).await?;
    let now = app.now();
    plan::may(by, &event, now)?;
    let planned = draw::hold(&txn, event.id, number).await?;
    match planned.state {
        State::Planned => {}
        State::Fixed | State::Held => return Err(DRAW_FIXED.into()),
        State::CalledOff => return Err(DRAW_CALLED_OFF.into()),
    }
    let leaves = list(&txn, app, &event, &planned).await?;
    let people = i32::try_from(leaves.len()).unwrap_or(i32::MAX);
    let announcement = Announcement {
        format: draw_record::FORMAT.to_owned(),
        event: event.slug.clone(),
        draw: u32::try_from(planned.number).unwrap_or_default(),
        name: planned.name.clone(),
        among: serde_json::to_value(&planned.among).map_err(Fault::of)?,
        prizes: planned.prizes.0.clone(),
        again: planned.again,
        present: planned.present,
        source: planned.source.clone().into(),
        list_root: HEXLOWER.encode(&lottery::root(&leaves)),
        people: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
        fixed_at: now.to_rfc3339_opts(SecondsFormat::Millis, true),
    };
    let text = announcement.text().map_err(Fault::of)?;
    let fingerprint = HEXLOWER.encode(&draw_record::fingerprint(&text));
    let mut row = planned.into_active_model();
    row.state = Set(State::Fixed);
    row.fixed_at = Set(Some(now));
    row.announcement = Set(Some(text));
    row.fingerprint = Set(Some(fingerprint.clone()));
    row.list_root = Set(Some(announcement.list_root));
    row.people = Set(Some(people));
    let fixed = row.update(&txn).await?;
    by.records(Deed::DrawFixed)
        .about("draw", fixed.id)
        .with(json!({ "fingerprint": fingerprint, "people": people }))
        .record(&txn, app)
        .await?;
    txn.commit_telling(&fixed).await?;
    app.happenings.announce(event.id, What::StageMoved);
    Ok(fixed)
}

/// Writes the list down with fresh salts, and gives its leaves in their order.
async fn list(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    planned: &draw::Model,
) -> Result<Vec<Hash>, Error> {
    let people = among::people(txn, event, &planned.among, app.now()).await?;
    let winners = if planned.again { Default::default() } else { win::winners(txn, event.id).await? };
    let (mut rows, mut leaves) = (Vec::with_capacity(people.len()), Vec::with_capacity(people.len()));
    for person in people.iter().filter(|person| !winners.contains(&person.id)) {
        let (salt, number) = (app.chance.secret::<16>()?, person.label());
        let leaf = pure::leaf(&salt, &number);
        leaves.push(leaf);
        rows.push(entry::ActiveModel {
            draw_id: Set(planned.id),
            registration_id: Set(person.id),
            number: Set(number),
            salt: Set(HEXLOWER.encode(&salt)),
            leaf: Set(HEXLOWER.encode(&leaf)),
            passed_over: Set(None),
        });
    }
    if rows.is_empty() {
        return Err(NOBODY_TO_DRAW.into());
    }
    for some in rows.chunks(MANY) {
        entry::Entity::insert_many(some.to_vec()).exec_without_returning(txn).await?;
    }
    leaves.sort_unstable();
    Ok(leaves)
}
