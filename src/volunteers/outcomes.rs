//! 结果: what an evening came to, as far as the people concerned agreed that it is told.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, entity::prelude::*};

use super::follow_up::{self, State};
use super::milestone::Milestone;
use crate::checkin::presence;
use crate::couples::{couple, pair};
use crate::error::Fault;
use crate::events::event;
use crate::picks::{matched, round};
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
    /// How those who are asked get on; every one of them stands in the list beside.
    pub states: BTreeMap<State, usize>,
}

/// What an evening came to.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<(Vec<Agreed>, Figures), Fault> {
    let couples = couple::Entity::find_standing().filter(couple::Column::EventId.eq(event_id));
    let couples = couples.order_by_asc(couple::Column::Id).all(db).await?;
    let followed: Vec<Uuid> =
        couples.iter().filter(|couple| couple.follow_up_since.is_some()).map(|couple| couple.id).collect();
    let noted = follow_up::of_couples(db, &followed).await?;
    let last: BTreeMap<Uuid, State> = noted.into_iter().map(|noted| (noted.couple_id, noted.state)).collect();
    let mut pairs = pair::pairs(db, &couples).await?;
    let agreed: Vec<Agreed> = couples
        .into_iter()
        .map(|couple| {
            let (badges, nicknames) = pair::unzip(pairs.remove(&couple.id).unwrap_or_default());
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

/// What was heard of couples at three months.
#[derive(Debug, Clone, Copy, Default)]
pub struct AtThreeMonths {
    /// Who are together.
    pub together: usize,
    /// Whether any of them could have been asked by now: before that, nobody being together says nothing.
    pub due: bool,
}

/// What was heard at three months of those of an event's couples who want to be asked.
pub async fn at_three_months(
    db: &impl ConnectionTrait,
    event: &event::Model,
    couples: &[couple::Model],
    now: DateTime<Utc>,
) -> Result<AtThreeMonths, Fault> {
    let followed = couples.iter().filter_map(|couple| Some((couple.id, couple.follow_up_since?)));
    let (couples, since): (Vec<Uuid>, Vec<DateTime<Utc>>) = followed.unzip();
    let noted = follow_up::of_couples(db, &couples).await?;
    let at_three_months = noted.into_iter().filter(|noted| noted.milestone == Some(Milestone::ThreeMonths));
    // The latest word counts.
    let last: BTreeMap<Uuid, State> = at_three_months.map(|noted| (noted.couple_id, noted.state)).collect();
    let is_due = |since: DateTime<Utc>| Milestone::ThreeMonths.due(since, event.zone()) <= now;
    let together = [State::Dating, State::Engaged, State::Married];
    Ok(AtThreeMonths {
        due: !last.is_empty() || since.into_iter().any(is_due),
        together: last.into_values().filter(|state| together.contains(state)).count(),
    })
}

async fn figures(db: &impl ConnectionTrait, event_id: Uuid, agreed: &[Agreed]) -> Result<Figures, Fault> {
    let attended = presence::Entity::who_came(event_id).count(db).await?;
    let matches = matched::Entity::find().filter(matched::Column::EventId.eq(event_id)).all(db).await?;
    let pairs: HashSet<[Uuid; 2]> = matches.iter().map(matched::Model::people).collect();
    let people: HashSet<Uuid> = pairs.iter().flatten().copied().collect();
    // What a round keeps to itself is not told by what all of them came to.
    let rounds =
        round::Entity::of_event(event_id).filter(round::Column::State.eq(round::State::Tallied)).all(db).await?;
    let of_each = rounds.iter().all(|round| round.matches.is_some());
    // Those who matched and did not agree to be shown would stand out of a small number; and people
    // are two a pair, so that the one figure is never told beside the other that is not.
    let everybody = usize::try_from(attended).unwrap_or(usize::MAX);
    let matches = told_among(pairs.len(), everybody).filter(|_| of_each);
    let states =
        State::ALL.into_iter().map(|state| (state, agreed.iter().filter(|couple| couple.state == Some(state)).count()));
    Ok(Figures {
        attended,
        matches,
        matched_people: matches.and(suppress_small(people.len())),
        couples: agreed.len(),
        followed: agreed.iter().filter(|couple| couple.follow_up).count(),
        states: states.collect(),
    })
}
