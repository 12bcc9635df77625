//! The host draws pairs to break the ice, from who is inside.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::refusals::TOO_FEW_PRESENT;
use super::{icebreaker, icebreaker_seat, pairing, present};
use crate::app::App;
use crate::chance::seeded;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event::{self, Sides};
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::exclusion;
use crate::registrations::registration::Side;

/// Draws the next game's pairs: nobody with a colleague, with whom they are kept apart from, or with whom they broke
/// the ice before.
///
/// # Errors
/// 409 `phase_closed` or `too_few_present`.
pub async fn draw(app: &Arc<App>, host: &Host) -> Result<icebreaker::Model, Error> {
    let seed = app.chance.secret::<32>()?;
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    event.requires(app.now(), Phase::OnSite)?;
    let inside = present::inside(&txn, event.id).await?;
    let earlier = icebreaker::of_event(&txn, event.id).await?;
    let mut apart: HashSet<(Uuid, Uuid)> = HashSet::new();
    for one in exclusion::of_event(&txn, event.id).await? {
        apart.extend([(one.excluded_by, one.about), (one.about, one.excluded_by)]);
    }
    let games = earlier.iter().map(|game| game.id);
    let seats = icebreaker_seat::Entity::find().filter(icebreaker_seat::Column::IcebreakerId.is_in(games));
    let mut met: HashMap<(Uuid, i32), Vec<Uuid>> = HashMap::new();
    for seat in seats.all(&txn).await? {
        met.entry((seat.icebreaker_id, seat.pair)).or_default().push(seat.registration_id);
    }
    for group in met.values() {
        apart.extend(group.iter().flat_map(|one| group.iter().map(move |other| (*one, *other))));
    }
    let may_meet = |one: usize, other: usize| {
        let pair = inside.get(one).zip(inside.get(other));
        pair.is_some_and(|(one, other)| {
            one.unit_id != other.unit_id && !apart.contains(&(one.registration_id, other.registration_id))
        })
    };
    let is_man = |at: &usize| inside.get(*at).is_some_and(|person| person.worn.side == Side::Men);
    let men = |at: &usize| event.sides == Sides::Open || is_man(at);
    let pairs = pairing::draw((0..inside.len()).partition(men), may_meet, &mut seeded(seed));
    if pairs.is_empty() {
        return Err(TOO_FEW_PRESENT.into());
    }
    let drawn = icebreaker::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        game: Set(earlier.last().map_or(0, |last| last.game) + 1),
        seed: Set(seed.to_vec()),
        drawn_at: Set(app.now()),
    };
    let drawn = drawn.insert(&txn).await?;
    let seat = |(pair, at): (i32, usize)| {
        Some(icebreaker_seat::ActiveModel {
            icebreaker_id: Set(drawn.id),
            registration_id: Set(inside.get(at)?.registration_id),
            pair: Set(pair),
        })
    };
    let seated = (1..).zip(pairs).flat_map(|(pair, group)| group.into_iter().map(move |at| (pair, at)));
    let rows: Vec<_> = seated.filter_map(seat).collect();
    for some in rows.chunks(500) {
        icebreaker_seat::Entity::insert_many(some.to_vec()).exec_without_returning(&txn).await?;
    }
    txn.commit().await?;
    app.happenings.announce(event.id, What::IceBroken);
    Ok(drawn)
}
