//! What the studio shows, in the reader's words.

use super::plot::{self, Plot};
use super::sentences;
use super::studio::{Bound, Mover, View};
use crate::page::Page;
use queqiao_screening::boards::infeasible::At;
use queqiao_screening::limit::Obstacle;
use queqiao_screening::rules::Fallback;

/// What happens where the rules cannot be met.
#[must_use]
pub fn fallback(page: &Page, name: &str) -> String {
    page.t(&format!("screening-fallback-{}", name.replace('_', "-")))
}

impl View {
    /// The whole in one sentence, read out when it changes.
    pub(super) fn sentence(&self, page: &Page) -> String {
        if self.infeasible.is_some() || self.boards_infeasible.is_some() {
            return page.t("screening-infeasible");
        }
        let seated: usize = self.plots.iter().map(|plot| plot.seated).sum();
        let gaps = [("seated", seated.into()), ("people", self.people.into())];
        page.say("screening-sentence", &gaps)
    }

    pub(super) fn moved(&self, page: &Page) -> String {
        let gaps = [("in", self.moves.into.len().into()), ("out", self.moves.out.len().into())];
        page.say("screening-moved", &gaps)
    }

    pub(super) fn movers(&self) -> [(&'static str, &[Mover]); 2] {
        [("screening-in", &self.moves.into), ("screening-out", &self.moves.out)]
    }

    pub(super) fn obstacles(&self, page: &Page, obstacles: &[Obstacle]) -> String {
        page.list(obstacles.iter().map(|obstacle| sentences::obstacle(obstacle, page.language)))
    }

    pub(super) fn obstacles_of_boards(&self, page: &Page, obstacles: &[At]) -> String {
        page.list(obstacles.iter().map(|at| sentences::obstacle_of_board(at, page.language)))
    }

    pub(super) fn obstacle(&self, page: &Page, obstacle: &Obstacle) -> String {
        sentences::obstacle(obstacle, page.language)
    }

    pub(super) fn used(&self, page: &Page, used: &Fallback) -> String {
        fallback(
            page,
            match used {
                Fallback::None => "none",
                Fallback::ReduceSeats => "reduce_seats",
                Fallback::WidenBalance => "widen_balance",
            },
        )
    }

    pub(super) fn more_limits(&self, page: &Page) -> String {
        page.say("screening-more-limits", &[("count", self.more.into())])
    }
}

impl Mover {
    pub(super) fn side_words(&self, page: &Page) -> String {
        sentences::side_name(self.side, page.language)
    }
}

impl Plot {
    pub(super) fn name(&self, page: &Page) -> String {
        page.t(&format!("side-{}", self.side.word()))
    }

    /// What the drawing shows, for whoever does not see it.
    pub(super) fn caption(&self, page: &Page) -> String {
        let gaps = [("seated", self.seated.into()), ("people", self.people.into())];
        page.say("screening-plot", &gaps)
    }

    pub(super) fn cut(&self, page: &Page, points: &i64) -> String {
        page.say("screening-cut", &[("points", (*points).into())])
    }

    /// The words of the cut line stand on the side of it where there is room.
    pub(super) fn cut_words_at(&self, at: &i64) -> (i64, &'static str) {
        if *at > plot::WIDTH / 2 { (at - 6, "end") } else { (at + 6, "start") }
    }

    pub(super) fn ground(&self) -> i64 {
        plot::ground()
    }
}

impl Bound {
    pub(super) fn named(&self, page: &Page) -> String {
        self.limit.as_ref().map_or_else(|| page.t("limit-history"), |limit| sentences::limit(limit, page.language))
    }

    pub(super) fn most(&self) -> String {
        self.cap.map_or_else(|| "–".to_owned(), |cap| cap.to_string())
    }

    pub(super) fn last(&self) -> String {
        self.last_points.map_or_else(|| "–".to_owned(), |points| points.to_string())
    }
}
