//! Who works at an event, and with which right: the organizers of its union, and the crew of the evening.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::{crew, event};
use crate::accounts::{account, profile};
use crate::organizations::staff;

/// Somebody with a role; whoever has several is there several times.
#[derive(Clone, Debug)]
pub struct Worker {
    /// By which the role is taken back.
    pub grant: Uuid,
    pub account: account::Model,
    /// What the person is called, as far as they said.
    pub name: Option<String>,
    pub right: Right,
    pub granted_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    Union(staff::Role),
    Evening(crew::Role),
}

impl Right {
    /// As it is stored and sent.
    #[must_use]
    pub fn word(self) -> String {
        let word = match self {
            Self::Union(role) => json!(role),
            Self::Evening(role) => json!(role),
        };
        word.as_str().unwrap_or_default().to_owned()
    }
}

struct Grant {
    id: Uuid,
    account_id: Uuid,
    right: Right,
    at: DateTime<Utc>,
}

/// Everybody who works at an event, the organizers first.
pub async fn of_event(db: &impl ConnectionTrait, event: &event::Model) -> Result<Vec<Worker>, DbErr> {
    let organizers = staff::Entity::find().filter(staff::Column::OrganizationId.eq(event.organization_id));
    let organizers = organizers.order_by_asc(staff::Column::Id).all(db).await?;
    let organizers = organizers.into_iter().map(|grant| Grant {
        id: grant.id,
        account_id: grant.account_id,
        right: Right::Union(grant.role),
        at: grant.granted_at,
    });
    named(db, organizers.chain(grants_of_evening(db, event.id).await?).collect()).await
}

/// Those of these accounts that work at an event, in whatever role.
pub async fn among(db: &impl ConnectionTrait, event: &event::Model, accounts: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let some = || accounts.iter().copied();
    let staff = staff::Entity::find()
        .filter(staff::Column::OrganizationId.eq(event.organization_id))
        .filter(staff::Column::AccountId.is_in(some()));
    let crew =
        crew::Entity::find().filter(crew::Column::EventId.eq(event.id)).filter(crew::Column::AccountId.is_in(some()));
    let mut working: HashSet<Uuid> = staff.all(db).await?.into_iter().map(|grant| grant.account_id).collect();
    working.extend(crew.all(db).await?.into_iter().map(|grant| grant.account_id));
    Ok(working)
}

/// The crew of the evening.
pub async fn of_evening(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Worker>, DbErr> {
    named(db, grants_of_evening(db, event_id).await?).await
}

async fn grants_of_evening(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Grant>, DbErr> {
    let crew = crew::Entity::find().filter(crew::Column::EventId.eq(event_id)).order_by_asc(crew::Column::Id);
    let grant = |grant: crew::Model| Grant {
        id: grant.id,
        account_id: grant.account_id,
        right: Right::Evening(grant.role),
        at: grant.granted_at,
    };
    Ok(crew.all(db).await?.into_iter().map(grant).collect())
}

/// Whoever has left for good is not among them.
async fn named(db: &impl ConnectionTrait, grants: Vec<Grant>) -> Result<Vec<Worker>, DbErr> {
    let ids = || grants.iter().map(|grant| grant.account_id);
    let accounts = account::Entity::alive().filter(account::Column::Id.is_in(ids())).all(db).await?;
    let nicknames = profile::nicknames(db, ids()).await?;
    let worker = |grant: &Grant| {
        let account = accounts.iter().find(|account| account.id == grant.account_id)?.clone();
        Some(Worker {
            grant: grant.id,
            name: nicknames.get(&account.id).or(account.name.as_ref()).cloned(),
            account,
            right: grant.right,
            granted_at: grant.at,
        })
    };
    Ok(grants.iter().filter_map(worker).collect())
}
