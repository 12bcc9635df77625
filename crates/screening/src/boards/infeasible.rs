//! Boards that cannot all be filled are reported, never guessed around: which limits bind, and the smallest change that
//! would do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::board::Board;
use super::field::Field;
use super::network::Network;
use super::relax;
use crate::flow::ArcId;
use crate::limit::{End, Limit, Obstacle};

/// What stands in the way, on which board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningBoardLimit))]
#[serde(deny_unknown_fields)]
pub struct At {
    pub board: String,
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub limit: Obstacle,
}

impl At {
    pub(super) fn of(boards: &[Board], board: usize, limit: Obstacle) -> Self {
        Self { board: boards.get(board).map(|board| board.name.clone()).unwrap_or_default(), limit }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningBoardsInfeasible))]
#[serde(deny_unknown_fields)]
pub struct Infeasible {
    /// What stood in the way: a limit of a board, `applicants women` where too few wish for it, `held` where guaranteed
    /// seats take the room.
    pub limits: Vec<At>,
    /// Numbers of the boards that together make a selection possible: seats, minima and maxima move as little as can be,
    /// caps on units are raised one after another as long as that saves more than it costs.
    pub smallest_change: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningBoardChange))]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub board: String,
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub limit: Obstacle,
    pub from: u32,
    pub to: u32,
}

impl Infeasible {
    /// `short` could not be raised to its minimum: what leaves the nodes reached from its head is full,
    /// what enters them is at its minimum.
    pub(super) fn explain(boards: &[Board], network: &Network, short: ArcId) -> Self {
        let flow = &network.flow;
        let reached = flow.reached_from(flow.arc(short).to);
        let inside = |node: usize| reached.get(node).copied().unwrap_or(false);
        // By their names, each once.
        let mut limits = BTreeMap::new();
        let mut add = |board: usize, obstacle: Obstacle| _ = limits.insert((board, obstacle.to_string()), obstacle);
        for (id, arc) in flow.arcs().iter().enumerate() {
            match (inside(arc.from), inside(arc.to), network.limit(id)) {
                (true, false, Some((board, limit))) => add(*board, Obstacle::in_rules(limit, End::Max)),
                (false, true, Some((board, limit))) if arc.lo > 0 => {
                    add(*board, Obstacle::in_rules(limit, End::Min));
                    // Of whom nobody wishes for the board there is no cell to find below.
                    let nobody =
                        || network.cells().iter().flat_map(|cell| &cell.ways).all(|way| !way.within.contains(&id));
                    match limit {
                        Limit::Side(side) if nobody() => add(*board, Obstacle::Applicants(*side, None)),
                        Limit::Band(Some(side), name) if nobody() => {
                            add(*board, Obstacle::Applicants(*side, Some(name.clone())));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        for cell in network.cells() {
            let (supply, person) = (flow.arc(cell.supply), &cell.person);
            for way in &cell.ways {
                let arc = flow.arc(way.arc);
                let band = Some(&person.band).filter(|band| {
                    let banded = boards.get(way.board).is_some_and(|board| !board.rules.band.is_empty());
                    banded && !band.is_empty()
                });
                // One of the sets they would count in here lacks people, and all of the cell are seated.
                let lacks = |id: &ArcId| {
                    let arc = flow.arc(*id);
                    arc.lo > 0 && inside(arc.to) && !inside(arc.from)
                };
                let used_up = inside(supply.from) && !inside(supply.to) && way.within.iter().any(lacks);
                if used_up || (inside(arc.from) && !inside(arc.to)) {
                    add(way.board, Obstacle::Applicants(person.side, band.cloned()));
                } else if inside(arc.to) && !inside(arc.from) && arc.lo > 0 {
                    add(way.board, Obstacle::Held);
                }
                if cell.guaranteed && inside(supply.to) && !inside(supply.from) {
                    add(way.board, Obstacle::Held);
                }
            }
        }
        let at = |((board, _), limit)| At::of(boards, board, limit);
        let mut limits: Vec<At> = limits.into_iter().map(at).collect();
        if limits.is_empty() {
            // Nobody wishes for the board that lacks people.
            let (board, limit) = network.limit(short).cloned().unwrap_or((0, Limit::Seats));
            limits.push(At::of(boards, board, Obstacle::in_rules(&limit, End::Min)));
        }
        Self { limits, smallest_change: Vec::new() }
    }

    /// With the smallest change, which takes longer than to find out that one is needed.
    pub(super) fn with_change(self, field: &Field, boards: &[Board]) -> Self {
        Self { smallest_change: relax::smallest_change(field, boards), ..self }
    }

    /// People who keep a board are more than this limit allows.
    pub(super) fn kept_exceed(boards: &[Board], network: &Network, over: ArcId) -> Self {
        let limits = network.limit(over).into_iter().flat_map(|(board, limit)| {
            [Obstacle::in_rules(limit, End::Max), Obstacle::Held].map(|obstacle| At::of(boards, *board, obstacle))
        });
        Self { limits: limits.collect(), smallest_change: Vec::new() }
    }
}
