//! 结果: what an evening came to, as far as the people concerned agreed that it is told.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, entity::prelude::*};

use super::follow_up::{self, State};
use super::milestone::Milestone;
use crate::checkin::presence;
use crate::couples::couple;
use crate::error::Fault;
use crate::picks::{matched, own};
use crate::small_counts::{suppress_small, told_among};

/// One couple that agreed to be shown.
#[derive(Debug, Clone)]
pub struct Agreed {
    pub id: Uuid,
    pub badges: Vec<String>,
    pub nicknames: Vec<String>,
    pub on_stage: bool,
    pub formed_at: DateTime<Utc>,
    pub follow_up: bool,
    /// What was heard last; None where nothing was, or they do not want to be asked.
    pub state: Option<State>,
}

/// The figures of an evening; None where the number is too small to be told.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub attended: u64,
    /// Pairs who picked each other in any round, each once.
    pub matches: Option<usize>,
    pub matched_people: Option<usize>,
    pub couples: usize,
    pub followed: usize,
    pub states: BTreeMap<State, Option<usize>>,
}

/// What an evening came to.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<(Vec<Agreed>, Figures), Fault> {
    let couples = couple::Entity::find_standing().filter(couple::Column::EventId.eq(event_id));
    let couples = couples.order_by_asc(couple::Column::Id).all(db).await?;
    let followed: Vec<Uuid> =
        couples.iter().filter(|couple| couple.follow_up_since.is_some()).map(|couple| couple.id).collect();
    let noted = follow_up::of_couples(db, &followed).await?;
    let last: BTreeMap<Uuid, State> = noted.into_iter().map(|noted| (noted.couple_id, noted.state)).collect();
    let faces = own::faces(db, couples.iter().flat_map(couple::Model::people)).await?;
    let agreed: Vec<Agreed> = couples
        .into_iter()
        .map(|couple| {
            let mut people: Vec<_> = couple.people().iter().filter_map(|id| faces.get(id).cloned()).collect();
            people.sort_unstable();
            let (badges, nicknames) = people.into_iter().unzip();
            Agreed {
                id: couple.id,
                badges,
                nicknames,
                on_stage: couple.on_stage,
                formed_at: couple.formed_at,
                follow_up: couple.follow_up_since.is_some(),
                state: last.get(&couple.id).copied(),
            }
        })
        .collect();
    let figures = figures(db, event_id, &agreed).await?;
    Ok((agreed, figures))
}

/// Of these couples, those of whom it was heard at three months that they are together.
pub async fn lasting(db: &impl ConnectionTrait, couples: &[Uuid]) -> Result<usize, Fault> {
    let noted = follow_up::of_couples(db, couples).await?;
    let at_three_months = noted.into_iter().filter(|noted| noted.milestone == Some(Milestone::ThreeMonths));
    // The latest word counts.
    let last: BTreeMap<Uuid, State> = at_three_months.map(|noted| (noted.couple_id, noted.state)).collect();
    let together = [State::Dating, State::Engaged, State::Married];
    Ok(last.into_values().filter(|state| together.contains(state)).count())
}

async fn figures(db: &impl ConnectionTrait, event_id: Uuid, agreed: &[Agreed]) -> Result<Figures, Fault> {
    let attended = presence::Entity::find().filter(presence::Column::EventId.eq(event_id)).count(db).await?;
    let matches = matched::Entity::find().filter(matched::Column::EventId.eq(event_id)).all(db).await?;
    let pairs: HashSet<[Uuid; 2]> = matches.iter().map(matched::Model::people).collect();
    let people: HashSet<Uuid> = pairs.iter().flatten().copied().collect();
    // Those who matched and did not agree to be shown would stand out of a small number; and people
    // are two a pair, so that the one figure is never told beside the other that is not.
    let everybody = usize::try_from(attended).unwrap_or(usize::MAX);
    let matches = told_among(pairs.len(), everybody);
    let states = State::ALL.into_iter().map(|state| {
        let count = agreed.iter().filter(|couple| couple.state == Some(state)).count();
        (state, told_among(count, everybody))
    });
    Ok(Figures {
        attended,
        matches,
        matched_people: matches.and(suppress_small(people.len())),
        couples: agreed.len(),
        followed: agreed.iter().filter(|couple| couple.follow_up).count(),
        states: states.collect(),
    })
}
