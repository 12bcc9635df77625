//! Quotas that cannot be met are reported, never guessed around: which limits bind, and the smallest change that would do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::flow::ArcId;
use super::limit::{End, Obstacle};
use super::network::Network;
use super::pool::Pool;
use super::relax;
use super::rules::Rules;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningInfeasible))]
#[serde(deny_unknown_fields)]
pub struct Infeasible {
    /// What stood in the way: `side men min`, `unit max`, `seats`; `applicants women/35+` where there are not enough people,
    /// `held` where guaranteed seats take the room.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub limits: Vec<Obstacle>,
    /// Numbers in the rules that together make a selection possible, so that their sum moves as little as can be.
    pub smallest_change: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningChange))]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub limit: Obstacle,
    pub from: u32,
    pub to: u32,
}

impl Infeasible {
    /// `short` could not be raised to its minimum: what leaves the nodes reached from its head is full,
    /// what enters them is at its minimum.
    pub(crate) fn explain(pool: &Pool, rules: &Rules, network: &Network, short: ArcId) -> Self {
        let flow = &network.flow;
        let reached = flow.reached_from(flow.arc(short).to);
        let inside = |node: usize| reached.get(node).copied().unwrap_or(false);
        // By their names, each once.
        let mut limits = BTreeMap::new();
        let mut add = |obstacle: Obstacle| _ = limits.insert(obstacle.to_string(), obstacle);
        for (id, arc) in flow.arcs().iter().enumerate() {
            match (inside(arc.from), inside(arc.to), network.limit(id)) {
                (true, false, Some(limit)) => add(Obstacle::in_rules(limit, End::Max)),
                (false, true, Some(limit)) if arc.lo > 0 => add(Obstacle::in_rules(limit, End::Min)),
                _ => {}
            }
        }
        for cell in network.cells() {
            let arc = flow.arc(cell.arc);
            let person = &cell.applicant;
            if inside(arc.from) && !inside(arc.to) {
                let band = Some(&person.band).filter(|band| !rules.band.is_empty() && !band.is_empty());
                add(Obstacle::Applicants(person.side, band.cloned()));
            } else if inside(arc.to) && !inside(arc.from) && arc.lo > 0 {
                add(Obstacle::Held);
            }
        }
        Self { limits: limits.into_values().collect(), smallest_change: relax::smallest_change(pool, rules) }
    }

    /// People with guaranteed seats alone are more than this limit allows.
    pub(crate) fn held_exceed(pool: &Pool, rules: &Rules, network: &Network, over: ArcId) -> Self {
        let limit = network.limit(over).map(|limit| Obstacle::in_rules(limit, End::Max));
        let limits = limit.into_iter().chain([Obstacle::Held]).collect();
        Self { limits, smallest_change: relax::smallest_change(pool, rules) }
    }
}
