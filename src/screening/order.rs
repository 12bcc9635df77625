//! The order a run put everybody in: who has a seat, and what the others lack. A run never changes, so
//! its order is read once and kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::placement::{self, Placed};
use crate::app::App;
use crate::error::Fault;
use crate::points::ladder::{Ladder, Rung};
use crate::registrations::registration::Side;

/// Orders that are kept; when there are more, all are read again.
const KEPT: usize = 64;

/// Both sides, each best first.
#[derive(Debug, Default)]
pub struct Order {
    men: Vec<OrderedOne>,
    women: Vec<OrderedOne>,
}

#[derive(Debug)]
struct OrderedOne {
    registration_id: Uuid,
    class: i32,
    points: i64,
    seated: bool,
    /// Overall place, from 1, and how many places higher would have been enough, both sides counted.
    rank: usize,
    climb: Option<usize>,
}

/// The orders of all events, on the house's shelf.
#[derive(Default)]
struct Orders(Mutex<HashMap<Uuid, Arc<Order>>>);

/// The order of an event; None before its run.
pub async fn of_event(app: &App, db: &impl ConnectionTrait, event_id: Uuid) -> Result<Option<Arc<Order>>, Fault> {
    let orders = app.extensions.get_or_default::<Orders>();
    let known = orders.0.lock().unwrap_or_else(PoisonError::into_inner).get(&event_id).map(Arc::clone);
    if known.is_some() {
        return Ok(known);
    }
    let placed = placement::Entity::of_event(event_id).all(db).await?;
    if placed.is_empty() {
        return Ok(None);
    }
    let order = Arc::new(Order::of(&placed)?);
    let mut kept = orders.0.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(event_id, Arc::clone(&order));
    Ok(Some(order))
}

impl Order {
    fn of(placed: &[placement::Model]) -> Result<Self, Fault> {
        let mut order = Self::default();
        for one in placed {
            let why = one.why()?;
            let placed = OrderedOne {
                registration_id: one.registration_id,
                class: one.class,
                points: one.points,
                seated: one.outcome == Placed::Selected,
                rank: why.rank,
                climb: why.climb,
            };
            match one.side {
                Side::Men => order.men.push(placed),
                Side::Women => order.women.push(placed),
            }
        }
        Ok(order)
    }

    /// A side as a ladder, with the nicknames that `living` knows. Who is not on it any more has none, keeps
    /// their place and is shown to nobody.
    #[must_use]
    pub fn ladder(&self, side: Side, living: &Ladder) -> Ladder {
        let people = match side {
            Side::Men => &self.men,
            Side::Women => &self.women,
        };
        let nickname = |id| living.of_person(id).map(|(_, rung)| rung.nickname.clone()).unwrap_or_default();
        let rung = |(one, number): (&OrderedOne, i32)| Rung {
            registration_id: one.registration_id,
            nickname: nickname(one.registration_id),
            class: one.class,
            points: one.points,
            number,
        };
        let stood: Vec<(usize, Option<usize>)> = people.iter().map(|one| (one.rank, one.climb)).collect();
        let short = people.iter().zip(short(&stood)).filter(|(one, _)| !one.seated);
        Ladder::drawn(
            people.iter().zip(1..).map(rung).collect(),
            short.map(|(one, short)| (one.registration_id, short)).collect(),
        )
    }
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
