//! The rule: in rank order, everybody gets the dearest board of their list with which a complete legal selection of all
//! boards still exists.

use super::board::Board;
use super::field::Field;
use super::infeasible::Infeasible;
use super::network::Network;
use crate::flow::{ArcId, Step};
use crate::select::offer;

/// Which board everybody has, by place in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub boards: Vec<Option<usize>>,
}

/// A legal circulation in which everybody who keeps a board has it, before anybody else has been offered a seat.
pub fn start(field: &Field, boards: &[Board]) -> Result<Network, Infeasible> {
    begin(field, boards).map_err(|why| why.with_change(field, boards))
}

/// The same; where there is none, without the smallest change.
fn begin(field: &Field, boards: &[Board]) -> Result<Network, Infeasible> {
    let mut network = Network::build(field, boards);
    match set_out(field, &mut network) {
        Ok(()) => Ok(network),
        Err(Stuck::KeptOver(arc)) => Err(Infeasible::kept_exceed(boards, &network, arc)),
        Err(Stuck::Short(arc)) => Err(Infeasible::explain(boards, &network, arc)),
    }
}

/// Whether any complete legal selection exists, without the reasons why not.
pub fn can_start(field: &Field, boards: &[Board]) -> bool {
    set_out(field, &mut Network::build(field, boards)).is_ok()
}

/// The arc that cannot be brought within its bounds.
enum Stuck {
    KeptOver(ArcId),
    Short(ArcId),
}

fn set_out(field: &Field, network: &mut Network) -> Result<(), Stuck> {
    seat_who_keeps(field, network);
    if let Some(over) = network.flow.arcs().iter().position(|arc| arc.flow > arc.hi) {
        return Err(Stuck::KeptOver(over));
    }
    fill_in_order(field, network);
    repair(network).map_err(Stuck::Short)
}

pub fn select(field: &Field, boards: &[Board]) -> Result<Selection, Infeasible> {
    Ok(give(field, start(field, boards)?))
}

/// The same for one seat that came free: where it cannot be filled nobody asks what would have to change.
pub(super) fn select_for_one(field: &Field, boards: &[Board]) -> Result<Selection, Infeasible> {
    Ok(give(field, begin(field, boards)?))
}

fn give(field: &Field, mut network: Network) -> Selection {
    // Once one of a cell is refused a board, so are all who come after: they are alike and stand lower.
    let mut closed: Vec<Vec<bool>> = network.cells().iter().map(|cell| vec![false; cell.ways.len()]).collect();
    let mut seats = Vec::with_capacity(field.pool.len());
    for (place, (_, list)) in field.iter().enumerate() {
        if list.keeps.is_some() {
            seats.push(list.keeps);
            continue;
        }
        let mut given = None;
        for board in &list.order {
            let Some((id, cell)) = network.cell_of(place) else { break };
            let Some((which, way)) = cell.way(*board) else { continue };
            let arc = way.arc;
            let Some(closed) = closed.get_mut(id).and_then(|ways| ways.get_mut(which)) else { continue };
            if !*closed && offer(&mut network.flow, arc) {
                given = Some(*board);
                break;
            }
            *closed = true;
        }
        seats.push(given);
    }
    Selection { boards: seats }
}

/// Who keeps a board has it in whatever follows.
pub(super) fn seat_who_keeps(field: &Field, network: &mut Network) {
    for (place, (_, list)) in field.iter().enumerate() {
        if let Some(kept) = list.keeps
            && let Some((supply, way)) = network.way_of(place, kept)
        {
            let way = way.clone();
            network.take(supply, &way);
            network.flow.require(way.arc);
        }
    }
}

/// A good first guess: in rank order, those with a guaranteed seat before the others, everybody on the dearest board of
/// theirs that is not full yet. Most of them stay there.
pub(super) fn fill_in_order(field: &Field, network: &mut Network) {
    for guaranteed in [true, false] {
        for (place, (_, list)) in field.iter().enumerate() {
            if list.keeps.is_some() || list.guaranteed != guaranteed {
                continue;
            }
            for board in &list.order {
                let Some((supply, way)) = network.way_of(place, *board) else { break };
                let fits = |arc: &ArcId| network.flow.residual(Step { arc: *arc, along: true }) > 0;
                if way.within.iter().all(fits) {
                    let way = way.clone();
                    network.take(supply, &way);
                    break;
                }
            }
        }
    }
}

/// Raises every arc to its minimum; `Err` names the arc that cannot get there.
fn repair(network: &mut Network) -> Result<(), ArcId> {
    // Seats come last: by then every other minimum is kept, and filling up breaks none.
    let others = (0..network.flow.arcs().len()).filter(|arc| !network.seats.contains(arc));
    let arcs: Vec<ArcId> = others.chain(network.seats.iter().copied()).collect();
    for arc in arcs {
        crate::select::raise(&mut network.flow, arc)?;
    }
    Ok(())
}
