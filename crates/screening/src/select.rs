//! The rule: in rank order, everyone is taken who can still be part of a complete legal selection.
//! The result is the lexicographically best legal selection, nobody can justly envy another, and moving up never costs a seat.

use super::flow::{ArcId, Flow, Step};
use super::infeasible::Infeasible;
use super::network::Network;
use super::pool::Pool;
use super::rules::Rules;

/// Who has a seat, by place in the pool.
#[derive(Clone, Debug)]
pub struct Selection {
    pub taken: Vec<bool>,
}

/// A legal circulation that contains everybody who is held, before anybody else has been offered a seat.
pub fn start(pool: &Pool, rules: &Rules) -> Result<Network, Infeasible> {
    let mut network = Network::build(pool, rules);
    match set_out(pool, &mut network) {
        Ok(()) => Ok(network),
        Err(Stuck::HeldOver(arc)) => Err(Infeasible::held_exceed(pool, rules, &network, arc)),
        Err(Stuck::Short(arc)) => Err(Infeasible::explain(pool, rules, &network, arc)),
    }
}

/// Whether any legal selection exists, without the reasons why not.
pub fn can_start(pool: &Pool, rules: &Rules) -> bool {
    set_out(pool, &mut Network::build(pool, rules)).is_ok()
}

/// The arc that cannot be brought within its bounds.
enum Stuck {
    HeldOver(ArcId),
    Short(ArcId),
}

fn set_out(pool: &Pool, network: &mut Network) -> Result<(), Stuck> {
    seat_the_held(pool, network);
    if let Some(over) = network.flow.arcs().iter().position(|arc| arc.flow > arc.hi) {
        return Err(Stuck::HeldOver(over));
    }
    fill_in_order(pool, network);
    repair(network).map_err(Stuck::Short)
}

pub fn select(pool: &Pool, rules: &Rules) -> Result<Selection, Infeasible> {
    let mut network = start(pool, rules)?;
    let mut closed = vec![false; network.cells().len()];
    let mut taken = Vec::with_capacity(pool.len());
    for (place, ranked) in pool.iter().enumerate() {
        if ranked.applicant.held {
            taken.push(true);
            continue;
        }
        let Some((cell, arc)) = network.cell_of(place).map(|(cell, known)| (cell, known.arc)) else { continue };
        // Once one of a cell is refused, so are all who come after: they are alike and stand lower.
        let refused = closed.get(cell).copied().unwrap_or(true) || !offer(&mut network.flow, arc);
        if refused && let Some(closed) = closed.get_mut(cell) {
            *closed = true;
        }
        taken.push(!refused);
    }
    Ok(Selection { taken })
}

/// Whether one more of this cell fits; where it does, the seat is theirs.
pub fn offer(flow: &mut Flow, cell: ArcId) -> bool {
    let fits = match way_for_one_more(flow, cell) {
        Room::Already => true,
        Room::After(way) => {
            flow.push(&way, 1);
            flow.push(&[Step { arc: cell, along: true }], 1);
            true
        }
        Room::None => false,
    };
    if fits {
        flow.require(cell);
    }
    fits
}

/// Whether one more of this cell would fit, without giving the seat away.
pub fn has_room(flow: &mut Flow, cell: ArcId) -> bool {
    !matches!(way_for_one_more(flow, cell), Room::None)
}

enum Room {
    /// The circulation holds one of this cell who is not promised anything yet.
    Already,
    After(Vec<Step>),
    None,
}

fn way_for_one_more(flow: &mut Flow, cell: ArcId) -> Room {
    let arc = *flow.arc(cell);
    if arc.flow > arc.lo {
        return Room::Already;
    }
    if arc.flow >= arc.hi {
        return Room::None;
    }
    match flow.way(arc.to, arc.from) {
        Some(way) => Room::After(way),
        None => Room::None,
    }
}

/// The held are in whatever follows.
fn seat_the_held(pool: &Pool, network: &mut Network) {
    for (place, ranked) in pool.iter().enumerate() {
        if ranked.applicant.held
            && let Some((_, cell)) = network.cell_of(place)
        {
            let cell = cell.clone();
            take(network, &cell.within, cell.arc);
            network.flow.require(cell.arc);
        }
    }
}

/// A good first guess: in rank order, everyone below whom no limit is full yet. Most of them keep their seat.
fn fill_in_order(pool: &Pool, network: &mut Network) {
    for (place, ranked) in pool.iter().enumerate() {
        if ranked.applicant.held {
            continue;
        }
        let Some((_, cell)) = network.cell_of(place) else { continue };
        let fits = |arc: &ArcId| network.flow.residual(Step { arc: *arc, along: true }) > 0;
        if cell.within.iter().all(fits) {
            let cell = cell.clone();
            take(network, &cell.within, cell.arc);
        }
    }
}

fn take(network: &mut Network, within: &[ArcId], cell: ArcId) {
    for arc in within.iter().chain([&cell]) {
        network.flow.add_flow(*arc, 1);
    }
}

/// Raises every arc to its minimum; `Err` names the arc that cannot get there.
fn repair(network: &mut Network) -> Result<(), ArcId> {
    // Seats come last: by then every other minimum is kept, and filling up breaks none.
    let arcs = (0..network.flow.arcs().len()).filter(|arc| *arc != network.seats);
    let arcs: Vec<ArcId> = arcs.chain([network.seats]).collect();
    arcs.into_iter().try_for_each(|id| raise(&mut network.flow, id))
}

/// Raises an arc to its minimum; `Err` names it where it cannot get there.
pub(crate) fn raise(flow: &mut Flow, id: ArcId) -> Result<(), ArcId> {
    loop {
        let arc = *flow.arc(id);
        let Some(short) = arc.lo.checked_sub(arc.flow).filter(|short| *short > 0) else { return Ok(()) };
        let Some(way) = flow.way(arc.to, arc.from) else { return Err(id) };
        let room = way.iter().map(|step| flow.residual(*step)).min().unwrap_or(short);
        let amount = short.min(room);
        flow.push(&way, amount);
        flow.add_flow(id, amount);
    }
}
