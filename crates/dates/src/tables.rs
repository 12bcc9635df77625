//! Which table each date is held at, so that as few people as possible walk.

use super::gathering::{Gathering, Round};

/// Table numbers from 1, in the order of each round's pairs.
///
/// Where the smaller side has a table each, it stays seated all evening. Otherwise whoever of the two
/// sat at a table before keeps it, the smaller side first. `last` is where people sat before these
/// rounds, 0 for nowhere yet.
pub fn lay(gathering: &Gathering, rounds: &[Round], last: (&[usize], &[usize])) -> Vec<Vec<usize>> {
    let (mut men, mut women) = (last.0.to_vec(), last.1.to_vec());
    men.resize(gathering.men.len(), 0);
    women.resize(gathering.women.len(), 0);
    let women_stay = women.len() <= men.len();
    let stayers = if women_stay { &mut women } else { &mut men };
    if stayers.len() <= gathering.tables {
        let mut free = (1..=gathering.tables).filter(|table| !stayers.contains(table)).collect::<Vec<_>>().into_iter();
        let mut taken = std::collections::HashSet::new();
        for table in stayers.iter_mut() {
            if *table == 0 || *table > gathering.tables || !taken.insert(*table) {
                *table = free.next().unwrap_or(0);
            }
        }
    }
    let mut laid = Vec::with_capacity(rounds.len());
    for round in rounds {
        let before = |pair: &(usize, usize), stays: bool| {
            let of = |side: &[usize], place: usize| side.get(place).copied().unwrap_or(0);
            if stays == women_stay { of(&women, pair.1) } else { of(&men, pair.0) }
        };
        let mut at = vec![0; round.len()];
        let mut free = vec![true; gathering.tables + 1];
        for stays in [true, false] {
            for (pair, table) in round.iter().zip(&mut at).filter(|(_, table)| **table == 0) {
                let wanted = before(pair, stays);
                if wanted > 0 && free.get(wanted).copied().unwrap_or(false) {
                    *table = wanted;
                    free.get_mut(wanted).into_iter().for_each(|free| *free = false);
                }
            }
        }
        let mut rest = (1..=gathering.tables).filter(|table| free.get(*table).copied().unwrap_or(false));
        at.iter_mut().filter(|table| **table == 0).for_each(|table| *table = rest.next().unwrap_or(0));
        for (pair, table) in round.iter().zip(&at) {
            men.get_mut(pair.0).into_iter().chain(women.get_mut(pair.1)).for_each(|last| *last = *table);
        }
        laid.push(at);
    }
    laid
}
