//! 介绍: two who were proposed to each other, once and never again. The row tells nothing of what either answered, until
//! both said yes.

use std::collections::HashSet;

use chrono::TimeDelta;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, DbErr, QueryFilter, QuerySelect};

use crate::picks::matched;
use crate::registrations::exclusion::{self, Because};
use crate::registrations::registration;

/// How long the two may answer, whatever either says before.
pub const ANSWERS_FOR: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "introduction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    /// The account with the smaller id; order means nothing else.
    pub lo_id: Uuid,
    pub hi_id: Uuid,
    pub lo_registration_id: Uuid,
    pub hi_registration_id: Uuid,
    /// What each agreed to show when they were proposed: lists of [`super::request::Facet`].
    pub lo_shows: Json,
    pub hi_shows: Json,
    pub proposed_by: Uuid,
    /// The two are asked. Who keeps away from whom is asked nothing, and the volunteer is not told.
    pub asked: bool,
    pub proposed_at: DateTimeUtc,
    pub lapses_at: DateTimeUtc,
    /// Since when both have said yes.
    pub together_at: Option<DateTimeUtc>,
    /// When both had offered to be reached.
    pub opened_at: Option<DateTimeUtc>,
    /// Nothing more is answered, and what was is destroyed.
    pub over: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    #[must_use]
    pub fn people(&self) -> [Uuid; 2] {
        [self.lo_id, self.hi_id]
    }

    /// The other one of the two; None for somebody who is neither.
    #[must_use]
    pub fn partner_of(&self, account_id: Uuid) -> Option<Uuid> {
        matched::partner(self.lo_id, self.hi_id, account_id)
    }

    /// By which registration one of the two asked, and what they show.
    #[must_use]
    pub fn side_of(&self, account_id: Uuid) -> (Uuid, &Json) {
        if account_id == self.lo_id {
            (self.lo_registration_id, &self.lo_shows)
        } else {
            (self.hi_registration_id, &self.hi_shows)
        }
    }

    /// Whether either may still answer: by the clock alone, so that no answer is told by it.
    #[must_use]
    pub fn is_open(&self, now: DateTimeUtc) -> bool {
        self.together_at.is_none() && !self.over && self.lapses_at > now
    }
}

impl Entity {
    /// Those a person is one of.
    #[must_use]
    pub fn with(account_id: Uuid) -> Select<Self> {
        Self::find().filter(Condition::any().add(Column::LoId.eq(account_id)).add(Column::HiId.eq(account_id)))
    }
}

/// By which registrations a person asks, at any event of any union.
async fn registrations_of(db: &impl ConnectionTrait, account: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let ids = registration::Entity::find().select_only().column(registration::Column::Id);
    let ids = ids.filter(registration::Column::AccountId.eq(account)).into_tuple::<Uuid>().all(db).await?;
    Ok(ids.into_iter().collect())
}

/// Accounts a person does not see and is not seen by, whichever blocked the other, at any event of any union.
pub async fn out_of_sight(db: &impl ConnectionTrait, account: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let own = registrations_of(db, account).await?;
    let mine = || own.iter().copied();
    let either =
        Condition::any().add(exclusion::Column::ExcludedBy.is_in(mine())).add(exclusion::Column::About.is_in(mine()));
    let blocked = exclusion::Column::Because.eq(Because::Blocked);
    let blocks = exclusion::Entity::find().filter(either).filter(blocked).all(db).await?;
    let others: HashSet<Uuid> = blocks.into_iter().flat_map(|block| [block.excluded_by, block.about]).collect();
    let accounts = registration::Entity::find().select_only().column(registration::Column::AccountId);
    let accounts = accounts.filter(registration::Column::Id.is_in(others)).into_tuple::<Uuid>().all(db).await?;
    Ok(accounts.into_iter().collect())
}

/// Whether somebody blocked another, at any event of any union.
pub async fn has_blocked(db: &impl ConnectionTrait, by: Uuid, about: Uuid) -> Result<bool, DbErr> {
    let (own, theirs) = (registrations_of(db, by).await?, registrations_of(db, about).await?);
    let blocks = exclusion::Entity::find().filter(exclusion::Column::ExcludedBy.is_in(own));
    let blocks = blocks.filter(exclusion::Column::About.is_in(theirs));
    Ok(blocks.filter(exclusion::Column::Because.eq(Because::Blocked)).one(db).await?.is_some())
}

/// Whether one of two keeps away from the other, by what either said at any event of any union.
pub async fn are_kept_apart(db: &impl ConnectionTrait, one: Uuid, other: Uuid) -> Result<bool, DbErr> {
    let (ones, others) = (registrations_of(db, one).await?, registrations_of(db, other).await?);
    let between = |by: &HashSet<Uuid>, about: &HashSet<Uuid>| {
        Condition::all()
            .add(exclusion::Column::ExcludedBy.is_in(by.iter().copied()))
            .add(exclusion::Column::About.is_in(about.iter().copied()))
    };
    let either = Condition::any().add(between(&ones, &others)).add(between(&others, &ones));
    Ok(exclusion::Entity::find().filter(either).one(db).await?.is_some())
}
