//! The laws of a plan, as algorithms are expected to keep them.

use super::oracle::{Attendance, best, breach, hall, small};
use crate::gathering::{Gathering, Scores};
use crate::merit::Merit;
use crate::rolling::{Plan, Wishes, plan};
use proptest::prelude::*;

fn planned(gathering: &Gathering) -> Plan {
    let plan = plan(gathering, &Wishes::default());
    assert_eq!(breach(gathering, &plan.rounds), None);
    plan
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// P-B1, P-B2.
    #[test]
    fn a_small_plan_is_the_best_of_all_schedules(gathering in small(Attendance::Whole)) {
        let plan = planned(&gathering);
        prop_assert!(plan.is_proven());
        prop_assert_eq!(plan.merit, best(&gathering));
    }

    #[test]
    fn counted_rounds_cost_nothing_more_than_they_must(gathering in small(Attendance::Counted)) {
        let plan = planned(&gathering);
        prop_assert!(plan.is_proven());
        prop_assert_eq!(plan.merit, best(&gathering));
    }

    #[test]
    fn a_small_plan_with_people_coming_and_going_is_the_best_too(gathering in small(Attendance::Windows)) {
        let plan = planned(&gathering);
        prop_assert!(plan.merit <= plan.bound);
        prop_assert_eq!(plan.merit, best(&gathering));
    }

    /// P-B3.
    #[test]
    fn rounds_differ_by_one_date_at_most(gathering in small(Attendance::Whole)) {
        let plan = planned(&gathering);
        let sizes = || plan.rounds.iter().map(Vec::len);
        prop_assert!(sizes().max().unwrap_or(0) - sizes().min().unwrap_or(0) <= 1);
    }

    /// P-B5, P-B6: after any number of rounds, planning the rest again changes neither counts nor total.
    #[test]
    fn planning_again_changes_nothing_that_counts(gathering in small(Attendance::Whole), after in 0..3_usize) {
        let first = planned(&gathering);
        let played = &first.rounds[..after.min(gathering.rounds)];
        let mut rest = gathering.clone();
        rest.rounds -= played.len();
        for guest in rest.men.iter_mut().chain(&mut rest.women) {
            guest.until = guest.until.min(rest.rounds);
        }
        for pair in played.iter().flatten() {
            rest.men[pair.0].had += 1;
            rest.women[pair.1].had += 1;
            rest.scores.set(*pair, None);
        }
        let second = planned(&rest);
        let whole: Vec<_> = played.iter().chain(&second.rounds).cloned().collect();
        prop_assert_eq!(breach(&gathering, &whole), None);
        prop_assert_eq!(Merit::of(&gathering, &whole), first.merit);
    }

    /// P-B7.
    #[test]
    fn one_more_allowed_pair_never_makes_a_plan_worse(
        gathering in small(Attendance::Whole), man in 0..3_usize, woman in 0..3_usize, score in 0..9_u32,
    ) {
        let pair = (man % gathering.men.len(), woman % gathering.women.len());
        let mut wider = gathering.clone();
        wider.scores.set(pair, gathering.scores.of(pair).or(Some(score)));
        prop_assert!(planned(&wider).merit >= planned(&gathering).merit);
    }

    /// P-B8.
    #[test]
    fn which_side_is_called_men_does_not_matter(gathering in small(Attendance::Counted)) {
        let mut scores = Scores::none(gathering.women.len(), gathering.men.len());
        for ((man, woman), score) in gathering.scores.allowed() {
            scores.set((woman, man), Some(score));
        }
        let (men, women) = (gathering.women.clone(), gathering.men.clone());
        let swapped = Gathering { men, women, scores, ..gathering.clone() };
        prop_assert_eq!(planned(&swapped).merit, planned(&gathering).merit);
    }

    /// Lots decide between equals only.
    #[test]
    fn lots_change_neither_counts_nor_total(gathering in small(Attendance::Whole), seed in any::<[u8; 32]>()) {
        let drawn = plan(&gathering, &Wishes { seed: Some(seed), ..Wishes::default() });
        prop_assert_eq!(breach(&gathering, &drawn.rounds), None);
        prop_assert_eq!(drawn.merit, planned(&gathering).merit);
    }

    /// Looking after the lowest never makes the lowest lower, nor the counts less fair.
    #[test]
    fn kindness_costs_no_fairness(gathering in small(Attendance::Whole)) {
        let kind = plan(&gathering, &Wishes { look_after_the_lowest: true, ..Wishes::default() });
        prop_assert_eq!(breach(&gathering, &kind.rounds), None);
        prop_assert_eq!(kind.merit.profile, planned(&gathering).merit.profile);
    }
}

/// P-B9.
#[test]
fn sitting_out_is_shared_on_the_larger_side() {
    for (men, women, rounds) in [(7, 5, 4), (12, 9, 6), (30, 23, 8)] {
        let mut gathering = hall(men, women, rounds, women, 1);
        for pair in (0..men).flat_map(|man| (0..women).map(move |woman| (man, woman))) {
            gathering.scores.set(pair, Some(1));
        }
        let plan = planned(&gathering);
        let dates = |man| plan.rounds.iter().flatten().filter(|pair| pair.0 == man).count();
        let counts: Vec<usize> = (0..men).map(dates).collect();
        assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1);
    }
}

/// P-B10, and nobody sits out twice running where that can be helped.
#[test]
fn a_full_hall_is_planned_to_its_bound() {
    let gathering = hall(40, 36, 8, 33, 7);
    let plan = planned(&gathering);
    assert!(plan.is_proven());
    let sits = |round: usize, man: usize| plan.rounds[round].iter().any(|pair| pair.0 == man);
    let twice = (0..40).flat_map(|man| (1..8).map(move |round| (man, round)));
    assert_eq!(twice.filter(|&(man, round)| !sits(round - 1, man) && !sits(round, man)).count(), 0);
}

#[test]
fn the_lowest_score_rises_when_it_is_looked_after() {
    let gathering = hall(40, 40, 8, 40, 3);
    let lowest = |rounds: &[Vec<(usize, usize)>]| {
        let of = |man: usize| gathering.scores.total(rounds.iter().flatten().filter(|pair| pair.0 == man));
        (0..40).map(of).min().unwrap()
    };
    let kind = plan(&gathering, &Wishes { look_after_the_lowest: true, ..Wishes::default() });
    assert_eq!(breach(&gathering, &kind.rounds), None);
    assert!(lowest(&kind.rounds) > lowest(&planned(&gathering).rounds));
    assert!(kind.reached() > 900);
}
