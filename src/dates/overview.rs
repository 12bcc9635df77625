//! The whole plan as the host sees it, with the figures that say how good it is.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::date_plan;
use super::date_round::{self, State};
use super::hall::Hall;
use super::terms::Terms;
use crate::error::Fault;
use crate::events::event::{self, Sides};

/// How often the hall is looked at before an answer is given that may be out of step.
const LOOKS: usize = 3;

/// The evening's dates.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Overview {
    /// Rises with every change of the plan.
    pub version: i32,
    /// None until something was planned.
    pub planned_at: Option<DateTime<Utc>>,
    /// How long one date lasts, in minutes.
    pub minutes: u32,
    /// Between two rounds, in seconds.
    pub pause_seconds: u32,
    pub look_after_the_lowest: bool,
    pub rounds: Vec<RoundSeen>,
    pub figures: Figures,
    /// Inside, but not in the rounds to come: plan again to seat them.
    pub not_planned: Vec<String>,
    /// In the rounds to come, but no longer inside: plan again to free their partners.
    pub left: Vec<String>,
    /// People inside with fewer possible partners than rounds left, fewest first.
    pub few_partners: Vec<FewPartners>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RoundSeen {
    /// Counts from 1.
    pub round: i32,
    pub state: State,
    /// When its minutes begin; still to come while the hall changes tables.
    pub started_at: Option<DateTime<Utc>>,
    /// When its minutes are over, as far as its clock goes on.
    pub ends_at: Option<DateTime<Utc>>,
    /// Since when its clock stands still.
    pub paused_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub tables: Vec<TableSet>,
    /// Badges of those present who have no table.
    pub sitting_out: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableSet {
    pub table: i32,
    /// The two badges.
    #[schema(example = json!(["男013", "女008"]))]
    pub badges: Vec<String>,
    /// False where it did not take place: the host said so, or the round ended before its minutes began.
    pub held: bool,
}

/// What the plan gives to everybody inside, played rounds included.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Figures {
    pub people: usize,
    /// Dates of the whole evening, played and planned.
    pub dates: usize,
    pub fewest_dates: u32,
    pub most_dates: u32,
    /// Rounds a person was present for without a date.
    pub fewest_sat_out: u32,
    pub most_sat_out: u32,
    /// The scores of the rounds planned last, in percent of the best there could be with counts this fair.
    pub reached_percent: f64,
    /// Whether nothing fairer, and nothing as fair with a higher score, exists.
    pub proven_best: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct FewPartners {
    pub partners: usize,
    pub badge: String,
}

pub async fn look(db: &impl ConnectionTrait, event: &event::Model) -> Result<Overview, Fault> {
    let hall = settled(db, event.id).await?;
    let terms = Terms::of(event)?;
    let planned: HashSet<Uuid> = hall.rounds.iter().filter(|round| !round.is_played()).map(|round| round.id).collect();
    let to_come = on_the_list(&hall, |round| planned.contains(&round));
    let inside: HashSet<Uuid> = hall.people.iter().map(|person| person.registration_id).collect();
    let missing = |list: &HashSet<Uuid>, from: &HashSet<Uuid>| {
        if planned.is_empty() { Vec::new() } else { badges(&hall, list.difference(from).copied()) }
    };
    Ok(Overview {
        version: hall.plan.version,
        planned_at: hall.plan.planned_at,
        minutes: terms.minutes,
        pause_seconds: terms.pause_seconds,
        look_after_the_lowest: hall.plan.looks_after_the_lowest,
        rounds: hall.rounds.iter().map(|round| round_seen(&hall, round, terms.minutes)).collect(),
        figures: figures(&hall),
        not_planned: missing(&inside, &to_come),
        left: missing(&to_come, &inside),
        few_partners: few_partners(&hall, event.sides, planned.len()),
    })
}

/// The hall in one piece: looked at again where somebody planned in between two of its questions.
async fn settled(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Hall, DbErr> {
    for _ in 0..LOOKS {
        let hall = Hall::look(db, event_id).await?;
        if date_plan::of(db, event_id).await?.version == hall.plan.version {
            return Ok(hall);
        }
    }
    Hall::look(db, event_id).await
}

/// Everybody who sits or waits in these rounds.
fn on_the_list(hall: &Hall, counts: impl Fn(Uuid) -> bool) -> HashSet<Uuid> {
    let sitting = hall.sittings.iter().filter(|sitting| counts(sitting.round_id));
    let waiting = hall.sat_out.iter().filter(|out| counts(out.round_id)).map(|out| out.registration_id);
    sitting.flat_map(|sitting| [sitting.one_id, sitting.other_id]).chain(waiting).collect()
}

fn badges(hall: &Hall, people: impl IntoIterator<Item = Uuid>) -> Vec<String> {
    let mut worn: Vec<_> = people.into_iter().filter_map(|id| hall.worn.get(&id)).collect();
    worn.sort();
    worn.into_iter().map(ToString::to_string).collect()
}

fn round_seen(hall: &Hall, round: &date_round::Model, minutes: u32) -> RoundSeen {
    let badge = |id: Uuid| hall.worn.get(&id).map(ToString::to_string).unwrap_or_default();
    let tables = hall.sittings.iter().filter(|sitting| sitting.round_id == round.id);
    let waiting = hall.sat_out.iter().filter(|out| out.round_id == round.id).map(|out| out.registration_id);
    RoundSeen {
        round: round.number,
        state: round.state,
        started_at: round.started_at,
        ends_at: round.ends_at(minutes),
        paused_at: round.paused_at,
        finished_at: round.finished_at,
        tables: tables
            .map(|sitting| TableSet {
                table: sitting.table_number,
                badges: vec![badge(sitting.one_id), badge(sitting.other_id)],
                held: sitting.held,
            })
            .collect(),
        sitting_out: badges(hall, waiting),
    }
}

fn figures(hall: &Hall) -> Figures {
    let mut counts: HashMap<Uuid, (u32, u32)> =
        hall.people.iter().map(|person| (person.registration_id, (0, 0))).collect();
    let mut dates = 0;
    let unseated: HashSet<Uuid> = hall.rounds.iter().filter(|round| round.nobody_sat()).map(|round| round.id).collect();
    for sitting in hall.sittings.iter().filter(|sitting| sitting.held || !unseated.contains(&sitting.round_id)) {
        dates += usize::from(sitting.held);
        for id in [sitting.one_id, sitting.other_id] {
            if let Some((dates, sat_out)) = counts.get_mut(&id) {
                *(if sitting.held { dates } else { sat_out }) += 1;
            }
        }
    }
    for out in hall.sat_out.iter().filter(|out| !unseated.contains(&out.round_id)) {
        if let Some((_, sat_out)) = counts.get_mut(&out.registration_id) {
            *sat_out += 1;
        }
    }
    let of = |which: fn(&(u32, u32)) -> u32| counts.values().map(which);
    let (score, best) = (hall.plan.score, hall.plan.best_score);
    let per_mille = if best == 0 { 1000 } else { score.saturating_mul(1000) / best };
    Figures {
        people: hall.people.len(),
        dates,
        fewest_dates: of(|counts| counts.0).min().unwrap_or(0),
        most_dates: of(|counts| counts.0).max().unwrap_or(0),
        fewest_sat_out: of(|counts| counts.1).min().unwrap_or(0),
        most_sat_out: of(|counts| counts.1).max().unwrap_or(0),
        reached_percent: i32::try_from(per_mille).map_or(0.0, f64::from) / 10.0,
        proven_best: hall.plan.proven,
    }
}

fn few_partners(hall: &Hall, sides: Sides, rounds_left: usize) -> Vec<FewPartners> {
    let met = hall.met();
    let mut few: Vec<FewPartners> = Vec::new();
    for person in &hall.people {
        let possible = hall.people.iter().filter(|other| {
            let sides_meet = sides == Sides::Open || other.worn.side != person.worn.side;
            sides_meet && other.registration_id != person.registration_id && hall.may_meet(person, other, &met)
        });
        // Who has enough of them need not be counted to the end.
        let partners = possible.take(rounds_left).count();
        if partners < rounds_left {
            few.push(FewPartners { partners, badge: person.worn.to_string() });
        }
    }
    few.sort();
    few
}
