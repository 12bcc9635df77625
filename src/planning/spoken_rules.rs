//! What is decided before anybody applies, in words: each room has its own.

use super::poster::Poster;
use super::spoken::{Rule, Speaker};
use crate::boards::terms::Board;
use crate::events::event;
use crate::page::when;
use crate::points::terms;

impl Speaker<'_> {
    /// What is decided before anybody applies.
    #[must_use]
    pub fn rules(&self, poster: &Poster) -> Vec<Rule> {
        let (page, plan) = (self.page, &poster.plan);
        let rule = |key: &str, sentences: Vec<String>| Rule { name: page.t(key), sentences };
        let mut rules = vec![rule("rule-entry", vec![plan.approval.unwrap_or_default().sentence(page)])];
        let points = plan.points.as_ref().map(|terms| terms::sentences(terms, page)).unwrap_or_default();
        if !points.is_empty() {
            rules.push(rule("rule-points", points));
        }
        if let Some(screening) = &plan.screening {
            rules.push(rule(
                "rule-screening",
                screening.sentences(
                    page,
                    poster.seats,
                    poster.sides,
                    (poster.plan.pays(), poster.plan.boards.as_ref().is_none_or(Vec::is_empty)),
                ),
            ));
        }
        if let Some(boards) = plan.boards.as_ref().filter(|boards| !boards.is_empty()) {
            let zone = event::zone_named(&poster.timezone);
            let when = |board: &Board| when::stretch(page.language, zone, board.starts_at, board.ends_at, self.now);
            let sentence = |board: &Board| board.sentence(page, when(board));
            let order = page.t("rule-boards-order");
            rules.push(rule("rule-boards", boards.iter().map(sentence).chain([order]).collect()));
        }
        if let Some(dates) = &plan.dates {
            rules.push(rule("rule-dates", vec![dates.sentence(page)]));
        }
        if let Some(picks) = &plan.picks {
            rules.push(rule("rule-picks", vec![picks.sentence(page)]));
            rules.push(rule("rule-contact", vec![page.t("rule-contact-note")]));
        }
        rules
    }
}
