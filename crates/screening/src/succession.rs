//! What happens to a seat that is given back: people who hold seats are never displaced, and the next who fits comes in.

use super::applicant::{Applicant, SIDES, Side};
use super::infeasible::Infeasible;
use super::lottery::Hash;
use super::pool::Pool;
use super::rules::{Bounds, Rules};
use super::select::select;

/// Screens everybody but `gone` again, with `holders` keeping their seats: who comes in, in rank order.
/// With nested limits that is exactly one for one decline, and what would have been had the decliner never applied.
/// With crossing limits it may be nobody: then the seat stays empty and the answer says why.
pub fn promote(
    applicants: &[Applicant],
    rules: &Rules,
    seed: &Hash,
    holders: &dyn Fn(&str) -> bool,
    gone: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>, Infeasible> {
    let left: Vec<Applicant> = applicants
        .iter()
        .filter(|person| !gone(&person.number))
        .map(|person| Applicant { held: holders(&person.number), ..person.clone() })
        .collect();
    let pool = Pool::rank(&left, seed);
    let selection = select(&pool, rules)?;
    let came_in = pool.iter().zip(&selection.taken).filter(|(ranked, taken)| **taken && !ranked.applicant.held);
    Ok(came_in.map(|(ranked, _)| ranked.applicant.number.clone()).collect())
}

/// Like for like: the rules for filling one seat that somebody of `side` and `band` gave back, when `holders` keep theirs.
/// Seats that stayed empty before stay empty, and a minimum that was broken before does not stand in the way now.
pub fn rules_for_one(rules: &Rules, holders: &[&Applicant], side: Side, band: &str) -> Rules {
    pinned(rules, holders, &|each| u32::from(each == side), Some((side, band)))
}

/// The rules for giving so many seats more to each side, when `holders` keep theirs.
pub fn rules_for_more(rules: &Rules, holders: &[&Applicant], men: u32, women: u32) -> Rules {
    let more = |each| match each {
        Side::Men => men,
        Side::Women => women,
    };
    pinned(rules, holders, &more, None)
}

/// The rules with each side pinned to its holders and so many more.
fn pinned(rules: &Rules, holders: &[&Applicant], more: &dyn Fn(Side) -> u32, left: Option<(Side, &str)>) -> Rules {
    let count = |alike: &dyn Fn(&Applicant) -> bool| {
        u32::try_from(holders.iter().filter(|holder| alike(holder)).count()).unwrap_or(u32::MAX)
    };
    let mut pinned = rules.clone();
    pinned.seats = 0;
    // With both sides pinned no limit on sides is needed, and bands across sides may cross units.
    for each in SIDES {
        let exact = count(&|holder| holder.side == each).saturating_add(more(each));
        pinned.seats = pinned.seats.saturating_add(exact);
        pinned.set_side(each, Bounds { min: exact, max: Some(exact) });
    }
    for limit in &mut pinned.band {
        let inside =
            |in_side: Side, in_band: &str| limit.side.is_none_or(|side| side == in_side) && limit.name == in_band;
        let before = count(&|holder| inside(holder.side, &holder.band));
        let before = before + u32::from(left.is_some_and(|(side, band)| inside(side, band)));
        limit.min = limit.min.min(before);
    }
    pinned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: &str, side: Side, unit: &str, points: i64) -> Applicant {
        Applicant { number: number.into(), side, unit: unit.into(), band: String::new(), class: 1, points, held: false }
    }

    #[test]
    fn a_seat_goes_to_the_same_side_even_where_the_balance_would_let_the_other_in() {
        let people = [
            person("F1", Side::Women, "a", 9),
            person("M1", Side::Men, "a", 8),
            person("M2", Side::Men, "b", 7),
            person("F2", Side::Women, "b", 1),
        ];
        let rules = Rules::from_toml("seats=2\n[side.men]\nmax=2\n[side.women]\nmax=2").unwrap();
        let declined = |number: &str| number == "F1";
        let holds = |number: &str| number == "M1";
        assert_eq!(promote(&people, &rules, &[0; 32], &holds, &declined).unwrap(), ["M2"]);
        let one = rules_for_one(&rules, &[&people[1]], Side::Women, "");
        assert_eq!(promote(&people, &one, &[0; 32], &holds, &declined).unwrap(), ["F2"]);
        let more = rules_for_more(&rules, &[&people[1]], 1, 1);
        assert_eq!(promote(&people, &more, &[0; 32], &holds, &|_| false).unwrap(), ["F1", "M2"]);
        let too_many = rules_for_more(&rules, &[&people[1]], 2, 0);
        assert!(promote(&people, &too_many, &[0; 32], &holds, &|_| false).is_err());
    }
}
