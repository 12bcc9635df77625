//! What is decided before anybody applies, in words.

use super::plan::{Plan, PointTerms};
use super::poster::Poster;
use super::screening_plan::ScreeningPlan;
use super::spoken::{Rule, Speaker};
use crate::events::event::Sides;

impl Speaker<'_> {
    /// What is decided before anybody applies.
    #[must_use]
    pub fn rules(&self, poster: &Poster) -> Vec<Rule> {
        let plan = &poster.plan;
        let rule = |key: &str, words: Vec<String>| Rule { name: self.page.t(key), words };
        let mut rules = vec![rule("rule-entry", vec![self.page.t(entry_key(plan))])];
        let points: Vec<String> =
            plan.points.iter().flatten().filter_map(|(action, terms)| self.earning(action, terms)).collect();
        if !points.is_empty() {
            rules.push(rule("rule-points", [points, vec![self.page.t("rule-points-note")]].concat()));
        }
        if plan.screening.is_some() {
            rules.push(rule("rule-screening", self.screening(poster)));
        }
        if let Some(dates) = &plan.dates {
            let gaps = [("rounds", dates.rounds.into()), ("minutes", dates.minutes.into())];
            rules.push(rule("rule-dates", vec![self.page.say("rule-dates-note", &gaps)]));
        }
        if let Some(picks) = &plan.picks {
            rules.push(rule("rule-picks", vec![self.page.say("rule-picks-note", &[("limit", picks.limit.into())])]));
            rules.push(rule("rule-contact", vec![self.page.t("rule-contact-note")]));
        }
        rules
    }

    fn earning(&self, action: &str, terms: &PointTerms) -> Option<String> {
        let name = self.page.t(&format!("rule-points-{action}"));
        let daily: i64 = terms.per_day.iter().sum();
        let gaps = [("action", name.into()), ("points", daily.into()), ("cap", terms.cap.into())];
        (terms.cap > 0)
            .then(|| self.page.say(if daily >= terms.cap { "rule-points-once" } else { "rule-points-daily" }, &gaps))
    }

    fn screening(&self, poster: &Poster) -> Vec<String> {
        let seats = poster.seats;
        let plan = poster.plan.screening.as_ref();
        let by_points = match poster.sides {
            Sides::Two => self.page.say("rule-screening-two", &[("seats", seats.into()), ("half", (seats / 2).into())]),
            Sides::Open => self.page.say("rule-screening-open", &[("seats", seats.into())]),
        };
        let cap = |key: &str, max: i32| self.page.say(key, &[("max", max.into())]);
        let unit = plan.and_then(|plan| plan.unit).map(|unit| cap("rule-screening-unit", unit.max));
        let side = plan.and_then(|plan| plan.unit_side).map(|side| cap("rule-screening-unit-side", side.max));
        let history = plan.is_none_or(ScreeningPlan::by_history).then(|| self.page.t("rule-screening-history"));
        let standby = plan.and_then(|plan| plan.standby).map(|standby| cap("rule-screening-standby", standby));
        let tie = Some(self.page.t("rule-screening-tie"));
        [Some(by_points), history, unit, side, standby, tie].into_iter().flatten().collect()
    }
}

fn entry_key(plan: &Plan) -> &'static str {
    let approval = plan.approval.unwrap_or_default();
    match (approval.by_roster, approval.by_mail_domain) {
        (true, true) => "rule-entry-both",
        (true, false) => "rule-entry-roster",
        (false, true) => "rule-entry-mail",
        (false, false) => "rule-entry-review",
    }
}
