//! The host forms groups from who is inside.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::grouping::{self, Guest};
use super::present::{self, Present};
use super::refusals::NOBODY_PRESENT;
use crate::app::App;
use crate::error::Error;
use crate::events::access::Host;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::registrations::{exclusion, group_member};

/// How to form groups.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupsWish)]
pub struct Wish {
    /// How many, 1 to 200.
    #[garde(range(min = 1, max = 200))]
    pub groups: i32,
    /// Everybody anew. Otherwise whoever is in a group stays there, and who came since joins the smallest.
    #[serde(default)]
    #[garde(skip)]
    pub anew: bool,
}

/// # Errors
/// 409 `phase_closed` or `nobody_present`.
pub async fn form(app: &Arc<App>, host: &Host, wish: &Wish) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold(&txn, host.event.id).await?;
    event.requires(app.now(), Phase::OnSite)?;
    let inside = present::inside(&txn, event.id).await?;
    if inside.is_empty() {
        return Err(NOBODY_PRESENT.into());
    }
    let groups = usize::try_from(wish.groups).unwrap_or(1).max(1);
    let mut formed = if wish.anew { HashMap::new() } else { group_member::of_event(&txn, event.id).await? };
    let before = formed.clone();
    let since = group_member::since(&txn, event.id).await?;
    // Fewer groups than there were: nobody stays in one that is gone.
    formed.retain(|_, group| usize::try_from(*group).is_ok_and(|group| (1..=groups).contains(&group)));
    let apart: Vec<(Uuid, Uuid)> =
        exclusion::of_event(&txn, event.id).await?.into_iter().map(|one| (one.excluded_by, one.about)).collect();
    if formed.is_empty() {
        let places: HashMap<Uuid, usize> =
            inside.iter().enumerate().map(|(at, one)| (one.registration_id, at)).collect();
        let guests: Vec<Guest<Uuid>> = inside.iter().map(guest).collect();
        let pair = |(one, other)| Some((*places.get(one)?, *places.get(other)?));
        let apart: Vec<(usize, usize)> = apart.iter().filter_map(|(one, other)| pair((one, other))).collect();
        let dealt = grouping::deal(&guests, &apart, groups);
        for (person, group) in inside.iter().zip(dealt) {
            formed.insert(person.registration_id, number(group));
        }
    } else {
        join(&inside, &apart, groups, &mut formed);
    }
    group_member::Entity::delete_many().filter(group_member::Column::EventId.eq(event.id)).exec(&txn).await?;
    let now = app.now();
    let row = |(registration_id, group): (&Uuid, &i32)| group_member::ActiveModel {
        registration_id: Set(*registration_id),
        event_id: Set(event.id),
        group_number: Set(*group),
        // Whoever stays has been of it since they came: what their group said meanwhile is theirs.
        joined_at: Set(since.get(&(*registration_id, *group)).copied().unwrap_or(now)),
    };
    let rows: Vec<_> = formed.iter().map(row).collect();
    for some in rows.chunks(500) {
        group_member::Entity::insert_many(some.to_vec()).exec_without_returning(&txn).await?;
    }
    txn.commit().await?;
    if formed != before {
        app.happenings.announce(event.id, What::GroupsFormed);
    }
    Ok(())
}

fn guest(person: &Present) -> Guest<Uuid> {
    Guest { side: person.worn.side, unit: person.unit_id, age: person.birth_year }
}

fn number(group: usize) -> i32 {
    i32::try_from(group).unwrap_or(i32::MAX - 1) + 1
}

/// Whoever is inside and in no group joins one: of those without anybody they are kept apart from the smallest, and
/// of these that with the fewest of their side and then the fewest colleagues. Who left keeps a place, and is not
/// counted.
fn join(inside: &[Present], apart: &[(Uuid, Uuid)], groups: usize, formed: &mut HashMap<Uuid, i32>) {
    let apart: HashSet<(Uuid, Uuid)> = apart.iter().flat_map(|&(one, other)| [(one, other), (other, one)]).collect();
    let mut seated: Vec<Vec<&Present>> = vec![Vec::new(); groups];
    let (placed, waiting): (Vec<&Present>, Vec<&Present>) =
        inside.iter().partition(|person| formed.contains_key(&person.registration_id));
    for person in placed {
        let group = formed.get(&person.registration_id).and_then(|group| usize::try_from(group - 1).ok());
        if let Some(seats) = group.and_then(|group| seated.get_mut(group)) {
            seats.push(person);
        }
    }
    for person in waiting {
        let cost = |seats: &Vec<&Present>| {
            let me = person.registration_id;
            let meetings = seats.iter().filter(|other| apart.contains(&(me, other.registration_id))).count();
            let of_side = seats.iter().filter(|other| other.worn.side == person.worn.side).count();
            let colleagues = seats.iter().filter(|other| other.unit_id == person.unit_id).count();
            (meetings, seats.len(), of_side, colleagues)
        };
        if let Some((group, seats)) = seated.iter_mut().enumerate().min_by_key(|(_, seats)| cost(seats)) {
            seats.push(person);
            formed.insert(person.registration_id, number(group));
        }
    }
}
