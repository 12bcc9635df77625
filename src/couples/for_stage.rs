//! Which couples may be called on stage. The stable choice of their round goes first; whoever agreed
//! only after the round counts as well, unless one of the two is called with somebody else.

use std::collections::HashSet;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder};

use super::couple::{self, Column, Entity, Model};

/// Every couple of an event that both still want to show, in the order they formed.
pub async fn standing(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let standing = Entity::find_standing().filter(Column::EventId.eq(event_id));
    standing.order_by_asc(Column::FormedAt).order_by_asc(Column::Id).all(db).await
}

/// Those who may be called, in the same order: nobody with two people.
#[must_use]
pub fn choose(standing: Vec<Model>) -> Vec<Model> {
    let chosen = standing.iter().filter(|couple| couple.on_stage);
    let mut called: HashSet<Uuid> = chosen.flat_map(couple::Model::people).collect();
    let mut may_be_called = |couple: &Model| {
        let free = !couple.people().iter().any(|person| called.contains(person));
        if free {
            called.extend(couple.people());
        }
        couple.on_stage || free
    };
    standing.into_iter().filter(|couple| may_be_called(couple)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn couple(id: u128, people: [u128; 2], on_stage: bool) -> Model {
        Model {
            id: Uuid::from_u128(id),
            event_id: Uuid::nil(),
            match_id: Uuid::from_u128(id),
            lo_id: Uuid::from_u128(people[0]),
            hi_id: Uuid::from_u128(people[1]),
            on_stage,
            formed_at: DateTimeUtc::UNIX_EPOCH,
            withdrawn_at: None,
            follow_up_since: None,
        }
    }

    #[test]
    fn whoever_agrees_late_counts_and_nobody_is_called_twice() {
        let standing =
            vec![couple(1, [1, 2], false), couple(2, [2, 3], true), couple(3, [4, 5], false), couple(4, [5, 6], false)];
        let called: Vec<u128> = choose(standing).iter().map(|couple| couple.id.as_u128()).collect();
        assert_eq!(called, [2, 3]);
    }
}
