//! What the organizer looks at before deciding: where everybody would stand under the rules that are tried, beside those that
//! stand now. Nothing is stored, and ties are broken anew at the run.

use std::collections::{BTreeMap, HashSet};

use super::placement::{self, Placed};
use super::plot::{Dot, Plot, plots};
use super::record::screened;
use super::terms::{self, Terms};
use super::trial::{BoardPreview, board_previews};
use super::{applicants, passed, run};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::registrations::precedence;
use crate::registrations::registration::{SIDES, Side};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::boards::board::Board;
use queqiao_screening::boards::infeasible::Infeasible as BoardsInfeasible;
use queqiao_screening::explain::Full;
use queqiao_screening::infeasible::Infeasible;
use queqiao_screening::limit::Limit;
use queqiao_screening::outcome::{Outcome, Used, screen};
use queqiao_screening::rules::Rules;

/// So many of the limits that bound are shown.
const SHOWN: usize = 12;

#[derive(Debug)]
pub struct View {
    pub rules: Rules,
    /// Whether the past is compared before points.
    pub by_history: bool,
    pub people: usize,
    pub plots: Vec<Plot>,
    pub bound: Vec<Bound>,
    /// How many more limits bound somebody.
    pub more: usize,
    pub infeasible: Option<Infeasible>,
    pub fallback: Option<Used>,
    pub moves: Moves,
    /// Nothing where the event has one evening, or its boards cannot all be filled.
    pub boards: Vec<BoardPreview>,
    pub boards_infeasible: Option<BoardsInfeasible>,
}

/// Who moves when the tried rules take the place of those that stand.
#[derive(Debug, Default)]
pub struct Moves {
    pub into: Vec<Mover>,
    pub out: Vec<Mover>,
    /// The same rules, or one of the two cannot be met: there is nothing to compare.
    pub none: bool,
}

#[derive(Clone, Debug)]
pub struct Mover {
    pub number: String,
    pub side: Side,
    pub unit: String,
    pub points: i64,
}

/// A limit that was full when somebody's turn came, or the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// None: the past, which has no cap.
    pub limit: Option<Limit>,
    pub cap: Option<u32>,
    /// Points of the last one admitted within it.
    pub last_points: Option<i64>,
    /// How many came too late for it.
    pub kept_out: usize,
}

/// What the tried rules would come to now.
///
/// # Errors
/// 422 `invalid` where the rules that stand contradict themselves.
pub async fn preview(app: &App, event: &event::Model, tried: Rules) -> Result<View, Error> {
    let listed = applicants::to_screen(app.database.reader(), event, app.now()).await?;
    let (all, by_history) = (terms::all_rules_of(event)?, Terms::of(event)?.by_history());
    let screened = tokio::task::spawn_blocking(move || {
        let seed = [0; 32];
        let applicants: Vec<Applicant> = listed.iter().map(|one| one.applicant.clone()).collect();
        if !all.boards.is_empty() {
            let (outcome, on_boards) = screened(listed.iter(), &all, &seed);
            let mut view = build_view((all.rules, by_history), &applicants, outcome, None);
            if let Some(filled) = on_boards {
                view.boards = board_previews(&filled, &applicants);
                view.boards_infeasible = filled.infeasible;
            }
            return view;
        }
        let standing = all.rules;
        let outcome = screen(&applicants, &tried, &seed);
        let before = (standing != tried).then(|| screen(&applicants, &standing, &seed));
        build_view((tried, by_history), &applicants, outcome, before)
    });
    Ok(screened.await.map_err(Fault::of)?)
}

/// What the run came to.
pub async fn after(app: &App, event: &event::Model, run: &run::Model) -> Result<View, Fault> {
    let placements = placement::Entity::of_event(event.id).all(app.database.reader()).await?;
    let dot =
        |one: &placement::Model| Dot { side: one.side, points: one.points, seated: one.outcome == Placed::Selected };
    let dots: Vec<Dot> = placements.iter().map(dot).collect();
    let past = held_back(placements.iter().map(|one| one.class).zip(dots.iter().copied()));
    let mut full = Vec::new();
    for one in placements.iter().filter(|one| one.outcome != Placed::Selected) {
        full.extend(one.why()?.full);
    }
    let (bound, more) = binding_limits(full, past);
    Ok(View {
        rules: run.rules_used()?,
        by_history: Terms::of(event)?.by_history(),
        people: placements.len(),
        plots: plots(&dots, &SIDES),
        bound,
        more,
        infeasible: None,
        fallback: None,
        moves: Moves { none: true, ..Moves::default() },
        boards: boards_after(run, &placements)?,
        boards_infeasible: None,
    })
}

/// Who was given which board by the run.
fn boards_after(run: &run::Model, placements: &[placement::Model]) -> Result<Vec<BoardPreview>, Fault> {
    let of = |board: Board| {
        let there = placements.iter().filter(|one| one.outcome == Placed::Selected);
        let there: Vec<&placement::Model> = there.filter(|one| one.board.as_ref() == Some(&board.name)).collect();
        let men = there.iter().filter(|one| one.side == Side::Men).count();
        BoardPreview {
            seats: board.rules.seats,
            selected: there.iter().map(|one| one.number.clone()).collect(),
            men,
            women: there.len() - men,
            waiting_men: 0,
            waiting_women: 0,
            cut_line: there.last().map(|one| one.points),
            board: board.name,
        }
    };
    Ok(run.boards_filled()?.into_iter().map(of).collect())
}

fn build_view(
    (rules, by_history): (Rules, bool),
    applicants: &[Applicant],
    outcome: Outcome,
    before: Option<Outcome>,
) -> View {
    let seated = seated(&outcome);
    let dot = |one: &Applicant| Dot {
        side: one.side.into(),
        points: one.points,
        seated: seated.contains(one.number.as_str()),
    };
    let dots: Vec<Dot> = applicants.iter().map(dot).collect();
    let plots = plots(&dots, &SIDES);
    let moves =
        before.map_or_else(|| Moves { none: true, ..Moves::default() }, |old| moves(applicants, &outcome, &old));
    let past = held_back(applicants.iter().map(|one| one.class).zip(dots));
    let (bound, more) = binding_limits(outcome.explanations.into_values().flat_map(|why| why.full).collect(), past);
    View {
        rules,
        by_history,
        people: applicants.len(),
        plots,
        bound,
        more,
        infeasible: outcome.infeasible,
        fallback: outcome.fallback,
        moves,
        boards: Vec::new(),
        boards_infeasible: None,
    }
}

fn seated(outcome: &Outcome) -> HashSet<&str> {
    outcome.selected.iter().flatten().map(String::as_str).collect()
}

fn moves(applicants: &[Applicant], new: &Outcome, old: &Outcome) -> Moves {
    let none = new.selected.is_none() || old.selected.is_none();
    if none {
        return Moves { none, ..Moves::default() };
    }
    let (new, old) = (seated(new), seated(old));
    let mover = |one: &Applicant| Mover {
        number: one.number.clone(),
        side: one.side.into(),
        unit: one.unit.clone(),
        points: one.points,
    };
    let of = |here: &HashSet<&str>, there: &HashSet<&str>| {
        let moved = |one: &&Applicant| here.contains(one.number.as_str()) && !there.contains(one.number.as_str());
        let mut movers: Vec<Mover> = applicants.iter().filter(moved).map(mover).collect();
        movers.sort_by_key(|one| (one.side, -one.points));
        movers
    };
    Moves { into: of(&new, &old), out: of(&old, &new), none }
}

/// How many were passed over who stand behind the others because of their past.
fn held_back(people: impl Iterator<Item = (i32, Dot)> + Clone) -> usize {
    let of_side = |side: Side| {
        let here = people.clone().filter(move |(_, dot)| dot.side == side);
        let last = passed::last_seat(here.clone().map(|(_, dot)| (dot.points, dot.seated)));
        here.filter(move |(class, dot)| {
            *class > precedence::ORDINARY && passed::is_over((dot.points, dot.seated), last)
        })
        .count()
    };
    SIDES.into_iter().map(of_side).sum()
}

/// The limits that bound, those of whole sides first, then the past, then by how many they kept out.
fn binding_limits(full: Vec<Full>, past: usize) -> (Vec<Bound>, usize) {
    let mut limits: BTreeMap<String, Bound> = BTreeMap::new();
    for Full { limit, cap, last_points, .. } in full {
        let name = limit.to_string();
        let bound = Bound { limit: Some(limit), cap: Some(cap), last_points, kept_out: 0 };
        let bound = limits.entry(name).or_insert(bound);
        bound.kept_out += 1;
        bound.last_points = bound.last_points.into_iter().chain(last_points).min();
    }
    let mut bound: Vec<Bound> = limits.into_values().collect();
    if past > 0 {
        bound.push(Bound { limit: None, cap: None, last_points: None, kept_out: past });
    }
    let late = |bound: &Bound| match bound.limit {
        None => 1,
        Some(Limit::Unit(_) | Limit::UnitSide(..)) => 2,
        Some(_) => 0,
    };
    bound.sort_by_key(|one| (late(one), std::cmp::Reverse(one.kept_out)));
    let more = bound.len().saturating_sub(SHOWN);
    bound.truncate(SHOWN);
    (bound, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_bound_are_told_once_with_their_last_points() {
        let full = |limit: &str, points| Full {
            limit: limit.parse().unwrap(),
            cap: 3,
            last_points: Some(points),
            last_ticket: None,
        };
        let mut all = vec![full("unit 电力局/men", 70), full("unit 电力局/men", 66), full("side men", 60)];
        all.extend((0..20).map(|unit| full(&format!("unit {unit}/men"), 50)));
        let (bound, more) = binding_limits(all, 3);
        assert_eq!(bound[0].limit, Some("side men".parse().unwrap()));
        assert_eq!((&bound[1].limit, bound[1].cap, bound[1].kept_out), (&None, None, 3));
        assert_eq!((bound[2].last_points, bound[2].kept_out), (Some(66), 2));
        assert_eq!((bound.len(), more), (SHOWN, 11));
    }
}
