//! What an action earns. Only own actions earn anything: in a simulated pool, forty people who
//! liked each other all got seats as soon as likes paid, under every cap that was tried.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter, Iterable};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Fault;
use crate::events::event;

/// The most an event's rules may add up to, so that points of different events read alike.
pub const MOST: i64 = 100;
/// The most steps one day of a rule may have.
const MOST_STEPS: usize = 10;

/// What is rewarded.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The organizer looked at the profile and found it complete.
    Profile,
    /// The daily sign-in (每日签到).
    SignIn,
    /// The question of the day (答题): for answering, not for being right, which friends can share.
    Quiz,
    /// A post on the topic that the organizer approved (风采展示).
    Post,
    /// The day's online game, entered by the organizer.
    Game,
    /// Something said in the chat (互动聊天): the first lines of a day, where the organizer rewards them.
    Chat,
}

impl Rule {
    /// As it is stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::SignIn => "sign_in",
            Self::Quiz => "quiz",
            Self::Post => "post",
            Self::Game => "game",
            Self::Chat => "chat",
        }
    }
}

/// What one action earns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointTerms {
    /// Points for the first, the second, … time on one day; never rising.
    pub per_day: Vec<i64>,
    /// The most it earns in the whole event.
    pub cap: i64,
}

/// The rules of one event. A rule that is left out pays nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct RuleSet(pub BTreeMap<Rule, PointTerms>);

impl Default for RuleSet {
    /// Rules v1: 100 points that five days of ordinary effort reach.
    fn default() -> Self {
        let paying = |per_day: &[i64], cap| PointTerms { per_day: per_day.to_vec(), cap };
        Self(BTreeMap::from([
            (Rule::Profile, paying(&[20], 20)),
            (Rule::SignIn, paying(&[4], 20)),
            (Rule::Quiz, paying(&[4], 20)),
            (Rule::Post, paying(&[4, 2], 30)),
            (Rule::Game, paying(&[2], 10)),
        ]))
    }
}

impl RuleSet {
    /// What an event was drawn up with; rules v1 where it says nothing.
    ///
    /// # Errors
    /// Where it does not read.
    pub fn of(event: &event::Model) -> Result<Self, Fault> {
        Ok(event.part("points")?.unwrap_or_default())
    }

    /// The terms of a rule, none where the event does not reward it.
    #[must_use]
    pub fn terms(&self, rule: Rule) -> Option<&PointTerms> {
        self.0.get(&rule)
    }

    /// The rules that pay something, in the order people are shown them.
    pub fn iter(&self) -> impl Iterator<Item = (Rule, &PointTerms)> {
        Rule::iter().filter_map(|rule| self.terms(rule).map(|terms| (rule, terms)))
    }

    /// The most anybody can have.
    #[must_use]
    pub fn most(&self) -> i64 {
        self.0.values().map(|terms| terms.cap).sum()
    }
}

impl PointTerms {
    /// What `times` entries on one day pay together, before the cap of the whole event: concave,
    /// because the steps never rise.
    #[must_use]
    pub fn day(&self, times: i64) -> i64 {
        self.per_day.iter().take(usize::try_from(times).unwrap_or(0)).sum()
    }

    /// What all days pay under the cap of the whole event.
    pub fn all_days(&self, times: impl IntoIterator<Item = i64>) -> i64 {
        std::cmp::min(self.cap, times.into_iter().map(|times| self.day(times)).sum())
    }

    /// Did `times` entries use up what one day pays?
    #[must_use]
    pub fn day_is_spent(&self, times: i64) -> bool {
        usize::try_from(times).is_ok_and(|times| times >= self.per_day.len())
    }

    /// Whether a day never rises and no number is out of bounds: a rising day would pay for doing much at once, and
    /// the sum would depend on the order.
    #[must_use]
    pub fn can_be_paid(&self) -> bool {
        let within = |points: &i64| (0..=MOST).contains(points);
        (1..=MOST_STEPS).contains(&self.per_day.len())
            && self.per_day.iter().all(within)
            && within(&self.cap)
            && self.per_day.is_sorted_by(|earlier, later| earlier >= later)
    }
}

/// One thing somebody did, as the arithmetic sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    pub rule: Rule,
    /// The event's own calendar day.
    pub day: NaiveDate,
    /// +1 for an entry, −1 for its reversal, +1 for the reversal of that.
    pub effect: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rules_add_up_to_a_hundred() {
        assert_eq!(RuleSet::default().most(), MOST);
        assert!(RuleSet::default().0.values().all(PointTerms::can_be_paid));
    }

    #[test]
    fn a_post_pays_four_then_two_then_nothing() {
        let rules = RuleSet::default();
        let post = rules.terms(Rule::Post).unwrap();
        let paid: Vec<i64> = (0..5).map(|times| post.day(times)).collect();
        assert_eq!(paid, [0, 4, 6, 6, 6]);
        assert_eq!(post.all_days([2, 2, 2, 2, 2]), 30);
        assert_eq!(post.all_days([2; 9]), 30);
        assert_eq!(post.day(-1), 0);
    }

    #[test]
    fn rules_are_written_by_their_names() {
        let json = serde_json::to_value(RuleSet::default()).unwrap();
        assert_eq!(json["sign_in"], serde_json::json!({"per_day": [4], "cap": 20}));
        let back: RuleSet = serde_json::from_value(json).unwrap();
        assert_eq!(back, RuleSet::default());
        assert!(serde_json::from_str::<RuleSet>(r#"{"likes": {"per_day": [1], "cap": 9}}"#).is_err());
        assert!(serde_json::from_str::<RuleSet>(r#"{"post": {"per_day": [1], "cap": 9, "bonus": 1}}"#).is_err());
    }
}
