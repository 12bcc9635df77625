//! 互选: two people who picked each other in a round. Exactly one row a pair; nothing in it tells
//! who was dearer to whom.

use std::cmp::{max, min};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{Condition, QueryFilter, QuerySelect, QueryTrait};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pick_match")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub round_id: Uuid,
    /// The registration with the smaller id; order means nothing else.
    pub lo_id: Uuid,
    pub hi_id: Uuid,
    /// Both were willing to go on stage, and the stable choice is these two together.
    pub on_stage: bool,
    pub found_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The other one of the two; None for somebody who is neither.
    #[must_use]
    pub fn partner_of(&self, registration_id: Uuid) -> Option<Uuid> {
        partner(self.lo_id, self.hi_id, registration_id)
    }

    #[must_use]
    pub fn people(&self) -> [Uuid; 2] {
        [self.lo_id, self.hi_id]
    }
}

impl Entity {
    /// The matches a person is one of.
    #[must_use]
    pub fn with(registration_id: Uuid) -> Select<Self> {
        Self::with_any(&[registration_id])
    }

    /// The matches any of these people are one of.
    #[must_use]
    pub fn with_any(registrations: &[Uuid]) -> Select<Self> {
        let any = |column: Column| column.is_in(registrations.iter().copied());
        Self::find().filter(Condition::any().add(any(Column::LoId)).add(any(Column::HiId)))
    }
}

/// The ids of an event's matches, for a question about what became of them.
#[must_use]
pub fn ids_of_event(event_id: Uuid) -> SelectStatement {
    let ids = Entity::find().select_only().column(Column::Id).filter(Column::EventId.eq(event_id));
    ids.into_query()
}

/// A pair in the order it is stored.
#[must_use]
pub fn ordered(one: Uuid, other: Uuid) -> (Uuid, Uuid) {
    (min(one, other), max(one, other))
}

/// The other one of two.
#[must_use]
pub fn partner(lo: Uuid, hi: Uuid, one: Uuid) -> Option<Uuid> {
    match one {
        one if one == lo => Some(hi),
        one if one == hi => Some(lo),
        _ => None,
    }
}
