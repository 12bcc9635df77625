//! Whom everybody likes. Some of those who sat at one table like one another; the others light up for
//! somebody they met or for those whom everybody likes, and mostly in vain, which is how halls are.

use std::collections::{HashMap, HashSet};

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

/// With whom everybody sat at a table, badge by badge.
pub type Met = HashMap<String, Vec<String>>;

/// What the phones sent and were told "counted" for: picks by badge.
pub type Ballots = HashMap<String, Vec<String>>;

/// One spark among so many people: some twenty couples of three hundred guests.
const GUESTS_A_SPARK: usize = 15;

/// All who are inside, by badge, and whom they met.
pub struct Hall<'a> {
    pub men: Vec<String>,
    pub women: Vec<String>,
    pub met: &'a Met,
}

/// Picks by badge, at most `limit` each.
#[must_use]
pub fn hearts(dice: &mut StdRng, hall: &Hall<'_>, limit: usize) -> Ballots {
    let mut picks = sparks(dice, hall);
    for (own, others) in [(&hall.men, &hall.women), (&hall.women, &hall.men)] {
        for badge in own {
            let liked = picks.entry(badge.clone()).or_default();
            let wanted = dice.random_range(liked.len()..=limit).min(others.len());
            while liked.len() < wanted {
                let met = hall.met.get(badge).filter(|_| dice.random_range(0..10) < 3);
                let one = met.and_then(|met| met.choose(dice)).unwrap_or_else(|| popular(dice, others));
                if others.contains(one) && !liked.contains(one) {
                    liked.push(one.clone());
                } else if others.len() <= limit {
                    // Few to choose from: nobody is thrown for until they are found.
                    break;
                }
            }
        }
    }
    picks
}

/// Pairs that named each other, the smaller badge first: what must come out of the round.
#[must_use]
pub fn mutual(ballots: &Ballots) -> HashSet<(String, String)> {
    let names = |one: &String, other: &String| ballots.get(one).is_some_and(|picks| picks.contains(other));
    let pairs = ballots.iter().flat_map(|(one, picks)| picks.iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| one < other && names(other, one)).map(|(a, b)| (a.clone(), b.clone())).collect()
}

/// Pairs who met and like one another, nobody in two of them.
fn sparks(dice: &mut StdRng, hall: &Hall<'_>) -> Ballots {
    let Hall { men, women, met } = hall;
    let women: HashSet<&String> = women.iter().collect();
    let tables = men.iter().flat_map(|man| met.get(man).into_iter().flatten().map(move |woman| (man, woman)));
    let mut tables: Vec<(&String, &String)> = tables.filter(|(_, woman)| women.contains(woman)).collect();
    tables.shuffle(dice);
    let wanted = ((men.len() + women.len()) / GUESTS_A_SPARK).max(1);
    let mut picks = Ballots::new();
    for (man, woman) in tables {
        if picks.len() < wanted * 2 && !picks.contains_key(man) && !picks.contains_key(woman) {
            picks.insert(man.clone(), vec![woman.clone()]);
            picks.insert(woman.clone(), vec![man.clone()]);
        }
    }
    picks
}

/// The lowest of five throws: the front of the list is liked more, as some people are.
fn popular<'a>(dice: &mut StdRng, others: &'a [String]) -> &'a String {
    let throw = (0..5).map(|_| dice.random_range(0..others.len())).min().unwrap_or(0);
    &others[throw]
}
