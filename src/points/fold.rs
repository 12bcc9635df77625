//! Points as a pure fold over the ledger: `Σ_rule min(cap, Σ_day f(times))`, never a stored
//! counter. Because only counts go in, the order of entries does not matter, so entries written at the
//! same moment cannot slip past a cap between them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::{Deed, Rule, RuleSet};

/// How often one person did what on which day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Rule, BTreeMap<NaiveDate, i64>>);

/// What one entry changed, told to the person who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Awarded {
    /// Points gained by this one action; 0 for a repetition and for what never pays.
    pub points: i64,
    /// The rule it counted under; none where the action earns nothing.
    pub rule: Option<Rule>,
    /// Did the day's or the event's limit of that rule withhold something?
    pub capped: bool,
}

impl Awarded {
    /// What an action earns that no rule rewards, or that was counted before.
    #[must_use]
    pub fn nothing(rule: Option<Rule>) -> Self {
        Self { points: 0, rule, capped: false }
    }
}

impl Tally {
    /// Counts `times` entries (or reversals, where negative).
    pub fn count(&mut self, rule: Rule, day: NaiveDate, times: i64) {
        *self.0.entry(rule).or_default().entry(day).or_default() += times;
    }

    /// Counts one entry and says what it changed.
    pub fn add(&mut self, deed: Deed, rules: &RuleSet) -> Awarded {
        let before = self.points_of(deed.rule, rules);
        let times_before = self.times(deed.rule, deed.day);
        self.count(deed.rule, deed.day, deed.effect);
        let gained = self.points_of(deed.rule, rules) - before;
        let Some(terms) = rules.terms(deed.rule) else {
            return Awarded::nothing(None);
        };
        let of_the_day = terms.day(times_before + deed.effect) - terms.day(times_before);
        let capped = deed.effect > 0 && (gained < of_the_day || terms.day_is_spent(times_before));
        Awarded { points: gained, rule: Some(deed.rule), capped }
    }

    /// What one rule pays.
    #[must_use]
    pub fn points_of(&self, rule: Rule, rules: &RuleSet) -> i64 {
        match (rules.terms(rule), self.0.get(&rule)) {
            (Some(terms), Some(days)) => terms.all_days(days.values().copied()),
            _ => 0,
        }
    }

    /// What all rules pay.
    #[must_use]
    pub fn points(&self, rules: &RuleSet) -> i64 {
        self.0.keys().map(|rule| self.points_of(*rule, rules)).sum()
    }

    /// How often a rule was met on a day.
    #[must_use]
    pub fn times(&self, rule: Rule, day: NaiveDate) -> i64 {
        self.0.get(&rule).and_then(|days| days.get(&day)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use sea_orm::Iterable;

    use super::super::rules::PointTerms;
    use super::*;

    fn day(of: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 8, of).unwrap()
    }

    fn deed(rule: Rule, of: u32) -> Deed {
        Deed { rule, day: day(of), effect: 1 }
    }

    fn points(deeds: &[Deed], rules: &RuleSet) -> i64 {
        let mut tally = Tally::default();
        for deed in deeds {
            tally.count(deed.rule, deed.day, deed.effect);
        }
        tally.points(rules)
    }

    /// The sentence of A9 written out again, as slowly as it can be.
    fn by_definition(deeds: &[Deed], rules: &RuleSet) -> i64 {
        rules
            .iter()
            .map(|(rule, terms)| {
                let mut sum = 0;
                for of in 1..=31 {
                    let times: i64 =
                        deeds.iter().filter(|d| d.rule == rule && d.day == day(of)).map(|d| d.effect).sum();
                    for nth in 0..times {
                        sum += terms.per_day.get(usize::try_from(nth).unwrap()).copied().unwrap_or(0);
                    }
                }
                sum.min(terms.cap)
            })
            .sum()
    }

    fn some_deeds() -> impl Strategy<Value = Vec<Deed>> {
        let rules: Vec<Rule> = Rule::iter().collect();
        prop::collection::vec((prop::sample::select(rules), 1_u32..6).prop_map(|(rule, of)| deed(rule, of)), 0..60)
    }

    fn some_rules() -> impl Strategy<Value = RuleSet> {
        let terms = (prop::collection::vec(0_i64..12, 1..4), 0_i64..=20).prop_map(|(mut per_day, cap)| {
            per_day.sort_by(|a, b| b.cmp(a));
            PointTerms { per_day, cap }
        });
        let rules: Vec<Rule> = Rule::iter().collect();
        prop::collection::btree_map(prop::sample::select(rules), terms, 0..6).prop_map(RuleSet)
    }

    proptest! {
        #[test]
        fn the_fold_is_its_definition(deeds in some_deeds(), rules in some_rules()) {
            prop_assert_eq!(points(&deeds, &rules), by_definition(&deeds, &rules));
        }

        #[test]
        fn order_does_not_matter(
            (deeds, shuffled) in some_deeds().prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle())),
            rules in some_rules(),
        ) {
            prop_assert_eq!(points(&deeds, &rules), points(&shuffled, &rules));
        }

        #[test]
        fn doing_more_never_costs_and_never_passes_a_cap(
            deeds in some_deeds(), rules in some_rules(), rule in 0_usize..5, of in 1_u32..6,
        ) {
            let rule = Rule::iter().nth(rule).unwrap();
            let before = points(&deeds, &rules);
            let mut more = deeds.clone();
            more.push(deed(rule, of));
            let after = points(&more, &rules);
            prop_assert!(before <= after);
            prop_assert!(after <= rules.most());
            prop_assert!(rules.most() <= super::super::rules::MOST);
        }

        #[test]
        fn a_reversal_restores_and_its_reversal_too(
            deeds in some_deeds(), rules in some_rules(), rule in 0_usize..5, of in 1_u32..6,
        ) {
            let mut tally = Tally::default();
            for deed in &deeds {
                tally.add(*deed, &rules);
            }
            let before = tally.points(&rules);
            let done = deed(Rule::iter().nth(rule).unwrap(), of);
            let gained = tally.add(done, &rules);
            prop_assert_eq!(tally.points(&rules), before + gained.points);
            let lost = tally.add(Deed { effect: -1, ..done }, &rules);
            prop_assert_eq!(lost.points, -gained.points);
            prop_assert_eq!(tally.points(&rules), before);
            prop_assert_eq!(tally.add(done, &rules), gained);
        }

        #[test]
        fn what_is_told_line_by_line_adds_up(deeds in some_deeds(), rules in some_rules()) {
            let mut tally = Tally::default();
            let total: i64 = deeds.iter().map(|deed| tally.add(*deed, &rules).points).sum();
            prop_assert_eq!(total, points(&deeds, &rules));
        }
    }

    #[test]
    fn the_cap_is_told_when_it_withholds_and_not_before() {
        let rules = RuleSet::default();
        let mut tally = Tally::default();
        let total = |tally: &mut Tally, rule, of| {
            let awarded = tally.add(deed(rule, of), &rules);
            (awarded.points, awarded.capped)
        };
        assert_eq!(total(&mut tally, Rule::Post, 1), (4, false));
        assert_eq!(total(&mut tally, Rule::Post, 1), (2, false));
        assert_eq!(total(&mut tally, Rule::Post, 1), (0, true));
        for of in 2..=5 {
            assert_eq!(total(&mut tally, Rule::Post, of), (4, false));
            assert_eq!(total(&mut tally, Rule::Post, of), (2, false));
        }
        assert_eq!(total(&mut tally, Rule::Post, 6), (0, true));
        assert_eq!(tally.points(&rules), 30);
    }

    #[test]
    fn what_no_rule_rewards_earns_nothing_and_names_no_rule() {
        let none = RuleSet(BTreeMap::new());
        let mut tally = Tally::default();
        assert_eq!(tally.add(deed(Rule::Game, 1), &none), Awarded::nothing(None));
        assert_eq!(tally.points(&none), 0);
    }
}
