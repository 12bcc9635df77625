//! The order a run put everybody in: who has a seat, and what the others lack. A run never changes, so
//! its order is read once and kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::placement::{self, Placed};
use crate::app::App;
use crate::error::Fault;
use crate::points::board::Board;
use crate::points::ladder::{Ladder, Rung};
use crate::registrations::registration::Side;

/// Orders that are kept; when there are more, all are read again.
const KEPT: usize = 64;

/// The orders of all events, on the house's shelf; of one without a run, when it had none.
#[derive(Default)]
struct Orders(Mutex<HashMap<Uuid, Result<Arc<Board>, NoRun>>>);

/// That there is no run, at a revision of the event and at a moment. News can be lost where a process dies: it is
/// asked again after a second.
#[derive(Clone, Copy)]
struct NoRun {
    revision: u64,
    at: DateTime<Utc>,
}

impl NoRun {
    fn still_holds(self, revision: u64, now: DateTime<Utc>) -> bool {
        self.revision == revision && (TimeDelta::zero()..TimeDelta::seconds(1)).contains(&(now - self.at))
    }
}

/// The order of an event, without names; None before its run.
pub async fn of_event(app: &App, db: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<Arc<Board>>, Fault> {
    let orders = app.extensions.get_or_default::<Orders>();
    let (revision, at) = (app.happenings.revision(Some(event_id)), app.now());
    let known = orders.0.lock().unwrap_or_else(PoisonError::into_inner).get(&event_id).cloned();
    match known {
        Some(Ok(order)) => return Ok(Some(order)),
        Some(Err(without)) if without.still_holds(revision, at) && app.database.changes().are_heard() => {
            return Ok(None);
        }
        _ => {}
    }
    let placed = placement::Entity::of_event(event_id).all(db).await?;
    let order = if placed.is_empty() {
        Err(NoRun { revision, at })
    } else {
        let [men, women] = [ladder(&placed, Side::Men)?, ladder(&placed, Side::Women)?];
        Ok(Arc::new(Board { men, women, at: app.now() }))
    };
    let mut kept = orders.0.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(event_id, order.clone());
    Ok(order.ok())
}

/// One side, best first.
fn ladder(placed: &[placement::Model], side: Side) -> Result<Ladder, Fault> {
    let (mut rungs, mut stood) = (Vec::new(), Vec::new());
    for (one, number) in placed.iter().filter(|one| one.side == side).zip(1..) {
        let why = one.why()?;
        stood.push((why.rank, why.climb));
        rungs.push(Rung {
            registration_id: one.registration_id,
            nickname: String::new(),
            class: one.class,
            points: one.points,
            number,
        });
    }
    let people = placed.iter().filter(|one| one.side == side).zip(short(&stood));
    let turned_away = people.filter(|(one, _)| one.outcome != Placed::Selected);
    Ok(Ladder::drawn(rungs, turned_away.map(|(one, short)| (one.registration_id, short)).collect()))
}

/// How many of their own side each would have had to pass. The explanations of a run count both sides; to somebody
/// who reads their rank among their own, and their place in that side's line, only these say something.
///
/// # Arguments
/// `side`: of everybody on a side, best first, the place overall and how many places higher would have been enough.
#[must_use]
pub fn short(side: &[(usize, Option<usize>)]) -> Vec<Option<usize>> {
    let of = |(place, (rank, climb)): (usize, &(usize, Option<usize>))| {
        // The last overall place that would have been enough.
        let enough = rank.checked_sub((*climb)?)?;
        let before = side.partition_point(|(other, _)| *other <= enough);
        // Nobody of the side stood so high: to be the first of them would not have done.
        (before > 0).then(|| (place + 1).saturating_sub(before))
    };
    side.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_lacks_is_counted_in_their_own_side() {
        // Overall 2 and 5 are seated; 5 was the last place that would have done.
        let side = [(2, Some(0)), (5, Some(0)), (8, Some(3)), (9, Some(4)), (14, Some(9)), (15, None)];
        assert_eq!(short(&side), [Some(0), Some(0), Some(1), Some(2), Some(3), None]);
        // With places of the other side before the last that would do.
        assert_eq!(short(&[(2, Some(0)), (8, Some(2)), (9, Some(3))])[1..], [Some(1), Some(2)]);
        assert_eq!(short(&[(4, Some(2)), (6, Some(4))]), [None, None]);
    }
}
