//! Who was proposed to whom at a union, as its volunteers see it: that both said yes, or that it did not come about, and
//! nothing of either alone.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{introduction, request};
use crate::accounts::profile;
use crate::error::Fault;

/// The most that are told of.
const LATEST: u64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IntroductionOutcome)]
pub enum Outcome {
    /// The two may still answer.
    Open,
    /// Both said yes.
    Together,
    /// It did not come about.
    NotAbout,
}

#[derive(Clone, Debug)]
pub struct Proposal {
    pub id: Uuid,
    /// None where somebody took back what they asked, unless both said yes.
    pub nicknames: Vec<Option<String>>,
    pub outcome: Outcome,
    pub proposed_at: DateTime<Utc>,
    pub lapses_at: DateTime<Utc>,
}

/// Latest first; what is proposed to the reader is not among them, nor that it was.
pub async fn of_union(
    db: &impl ConnectionTrait,
    organization_id: Uuid,
    reader: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Proposal>, Fault> {
    let found = introduction::Entity::find().filter(introduction::Column::OrganizationId.eq(organization_id));
    let found = found.filter(introduction::Column::LoId.ne(reader)).filter(introduction::Column::HiId.ne(reader));
    let found = found.order_by_desc(introduction::Column::Id).limit(LATEST).all(db).await?;
    let people: HashSet<Uuid> = found.iter().flat_map(introduction::Model::people).collect();
    let requests = request::Entity::find().filter(request::Column::OrganizationId.eq(organization_id));
    let requests = requests.filter(request::Column::AccountId.is_in(people.iter().copied())).all(db).await?;
    let asking: HashSet<Uuid> = requests.into_iter().map(|request| request.account_id).collect();
    let nicknames = profile::nicknames(db, people).await?;
    let proposal = |found: introduction::Model| {
        let outcome = match found.together_at {
            Some(_) => Outcome::Together,
            None if found.is_open(now) => Outcome::Open,
            None => Outcome::NotAbout,
        };
        let told_of = |id: &Uuid| outcome == Outcome::Together || asking.contains(id);
        let nickname = |id: Uuid| nicknames.get(&id).cloned().filter(|_| told_of(&id));
        Proposal {
            id: found.id,
            nicknames: found.people().into_iter().map(nickname).collect(),
            outcome,
            proposed_at: found.proposed_at,
            lapses_at: found.lapses_at,
        }
    };
    Ok(found.into_iter().map(proposal).collect())
}
