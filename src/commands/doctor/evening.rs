//! From the badge to the couple.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{Finding, the};
use crate::badges::badge;
use crate::checkin::{attempt, presence};
use crate::couples::couple;
use crate::error::Fault;
use crate::picks::keys::Keys;
use crate::picks::round::{self, State};
use crate::picks::{ballot, matched, pick_key};
use crate::registrations::registration;

/// One badge a person, one person a number, each with the side of whoever wears it.
pub async fn badges(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let all = badge::Entity::find().all(db).await?;
    let mut finding = Finding::of("badges", all.len());
    let people = registration::Entity::find().all(db).await?;
    let people: HashMap<Uuid, registration::Model> = people.into_iter().map(|person| (person.id, person)).collect();
    let (mut worn, mut wearing) = (HashSet::new(), HashSet::new());
    for row in &all {
        let own = people.get(&row.registration_id);
        let his = own.is_some_and(|own| own.event_id == row.event_id && own.side == row.side);
        finding.unless(his, || format!("{}: worn by nobody of this event and side", the("badge", row.id)));
        let once = wearing.insert(row.registration_id);
        finding.unless(once, || format!("{}: a second badge", the("registration", row.registration_id)));
        let once = worn.insert((row.event_id, row.side, row.number));
        finding.unless(once, || format!("{}: its number is worn twice", the("badge", row.id)));
    }
    Ok(finding)
}

/// Whoever is inside was admitted by an attempt on record.
pub async fn check_ins(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let inside = presence::Entity::find().filter(presence::Column::Inside.eq(true)).all(db).await?;
    let mut finding = Finding::of("check-ins", inside.len());
    let admitted =
        attempt::Entity::find().filter(attempt::Column::Result.eq(attempt::Verdict::Admitted)).all(db).await?;
    let admitted: HashMap<Uuid, Option<Uuid>> = admitted.into_iter().map(|row| (row.id, row.registration_id)).collect();
    for row in &inside {
        let by = admitted.get(&row.attempt_id).is_some_and(|person| *person == Some(row.registration_id));
        finding.unless(by, || format!("{}: inside, and nobody let them in", the("registration", row.registration_id)));
    }
    Ok(finding)
}

/// Of a round that was counted there is nothing left but its matches, as many as were told where
/// enough people picked for that to be told; of one
/// that is open there is the key, where keys do not lie in the service's own memory.
pub async fn rounds(db: &impl ConnectionTrait, keys: &Keys) -> Result<Finding, Fault> {
    let all = round::Entity::find().all(db).await?;
    let mut finding = Finding::of("pick rounds", all.len());
    let own = match keys.rounds().await {
        Ok(own) => own,
        Err(unusable) => {
            finding.wrong.push(format!("{unusable:#}: whether there are keys for its ballots is not known"));
            return Ok(finding);
        }
    };
    for row in &all {
        let found = matched::Entity::find().filter(matched::Column::RoundId.eq(row.id)).count(db).await?;
        let ballots = ballot::Entity::find().filter(ballot::Column::RoundId.eq(row.id)).count(db).await?;
        // Of the round's own database: that of another one may be needed there.
        let left = own.contains(&row.id);
        match row.state {
            State::Tallied => {
                let agrees = row.matches.is_none_or(|agrees| u64::try_from(agrees).is_ok_and(|agrees| agrees == found));
                finding.unless(agrees, || format!("{}: {found} matches, others were told", the("round", row.id)));
                finding
                    .unless(ballots == 0 && !left, || format!("{}: picks that should be gone", the("round", row.id)));
            }
            State::Open | State::Closed => {
                let key = keys.are_in_memory() || pick_key::secret(db, keys, row.id).await?.is_ok();
                finding.unless(key, || format!("{}: no key for its ballots", the("round", row.id)));
            }
            // One that did not come to be opened may have left its key, which opens nothing.
            State::Planned => {
                finding.unless(ballots == 0, || format!("{}: ballots of no round", the("round", row.id)));
            }
            State::Void => {
                let message = "void: its ballots were not counted, and whoever picked should be told";
                finding.note(format!("{}: {message}", the("round", row.id)));
                finding.unless(ballots == 0 && !left, || format!("{}: ballots of no round", the("round", row.id)));
            }
        }
    }
    Ok(finding)
}

/// Every couple comes of a match of the same two.
pub async fn couples(db: &impl ConnectionTrait) -> Result<Finding, Fault> {
    let all = couple::Entity::find().all(db).await?;
    let mut finding = Finding::of("couples", all.len());
    for row in &all {
        let of = matched::Entity::find_by_id(row.match_id).one(db).await?;
        let same = of.is_some_and(|of| (of.lo_id, of.hi_id, of.event_id) == (row.lo_id, row.hi_id, row.event_id));
        finding.unless(same, || format!("{}: of no match of these two", the("couple", row.id)));
    }
    Ok(finding)
}
