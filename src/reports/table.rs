//! A report as tables, for a page and for a workbook alike.

use super::event::EventReport;
use super::tree::{TreeFigures, TreeReport};
use super::year::YearReport;
use crate::page::{Page, when};

/// A few lines under one heading.
pub struct Table {
    pub title: String,
    /// What stands above the columns after the first; none where there is but one.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub name: String,
    /// Where there is more to read.
    pub address: Option<String>,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Count(i64),
    Percent(i64),
    /// Too few to be told.
    Few,
    /// Nobody could have been asked by now.
    NotDue,
    Text(String),
}

impl Table {
    /// The cells of a row with what stands above them: nothing, where there is but one.
    pub fn labelled<'a>(&'a self, cells: &'a [Cell]) -> impl Iterator<Item = (&'a str, &'a Cell)> {
        let columns = self.columns.iter().map(String::as_str).chain(std::iter::repeat(""));
        columns.zip(cells)
    }
}

impl Row {
    fn of(name: String, cells: Vec<Cell>) -> Self {
        Self { name, address: None, cells }
    }
}

impl Cell {
    #[must_use]
    pub fn of(count: impl TryInto<i64>) -> Self {
        Self::Count(count.try_into().unwrap_or(i64::MAX))
    }

    fn of_small_count(count: Option<impl TryInto<i64>>) -> Self {
        count.map_or(Self::Few, Self::of)
    }

    fn lasting(count: Option<usize>, due: bool) -> Self {
        if due { Self::of_small_count(count) } else { Self::NotDue }
    }

    fn share(percent: Option<impl TryInto<i64>>) -> Self {
        percent.map_or(Self::Few, |percent| Self::Percent(percent.try_into().unwrap_or_default()))
    }

    /// A share of nobody is none.
    #[must_use]
    pub fn rate(percent: Option<i64>) -> Self {
        percent.map_or_else(|| Self::Text("—".to_owned()), Self::Percent)
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self, page: &Page) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Percent(percent) => format!("{percent}%"),
            Self::Few => page.t("figures-few"),
            Self::NotDue => page.t("figures-not-due"),
            Self::Text(text) => text.clone(),
        }
    }
}

/// An event, from the applications to what became of the couples.
#[must_use]
pub fn of_event(page: &Page, report: &EventReport) -> Vec<Table> {
    let stages = report.stages.iter().map(|stage| {
        let counts = [stage.men, stage.women, stage.men + stage.women].map(Cell::Count);
        Row::of(page.t(&format!("stage-{}", stage.stage)), counts.into())
    });
    let stages = Table {
        title: page.t("figures-stages"),
        columns: ["side-men", "side-women", "figures-all"].map(|key| page.t(key)).into(),
        rows: stages.collect(),
    };
    let list = |title: &str, rows: Vec<(&str, Cell)>| Table {
        title: page.t(title),
        columns: Vec::new(),
        rows: rows.into_iter().map(|(key, cell)| Row::of(page.t(key), vec![cell])).collect(),
    };
    let EventReport { units, plaza, door, dates, picks, outcome, feedback, .. } = report;
    vec![
        stages,
        list(
            "figures-units",
            vec![("figures-units-applied", Cell::of(units.applied)), ("figures-units-came", Cell::of(units.came))],
        ),
        list(
            "figures-plaza",
            vec![
                ("figures-plaza-people", Cell::of(plaza.people)),
                ("figures-sign-ins", Cell::of(plaza.sign_ins)),
                ("figures-posts", Cell::of(plaza.posts)),
                ("figures-comments", Cell::of(plaza.comments)),
                ("figures-declarations", Cell::of(plaza.declarations)),
                ("figures-likes", Cell::of(plaza.likes)),
                ("figures-quiz-answers", Cell::of(plaza.quiz_answers)),
            ],
        ),
        list(
            "figures-evening",
            vec![
                ("figures-attended", Cell::of(door.attended)),
                ("figures-of-confirmed", Cell::rate(door.of_confirmed)),
                ("figures-rounds", Cell::of(dates.rounds)),
                ("figures-dates", Cell::of(dates.dates)),
                ("figures-pick-rounds", Cell::of(picks.rounds)),
                ("figures-ballots", Cell::of_small_count(picks.ballots)),
                ("figures-picks", Cell::of_small_count(picks.picks)),
            ],
        ),
        list(
            "figures-outcome",
            vec![
                ("figures-matches", Cell::of_small_count(outcome.matches)),
                ("figures-couples", Cell::of(outcome.couples)),
                ("figures-followed", Cell::of(outcome.followed)),
                ("figures-lasting", Cell::lasting(outcome.lasting, outcome.lasting_due)),
            ],
        ),
        list(
            "figures-after",
            vec![
                ("figures-answers", Cell::of(feedback.answers)),
                ("figures-content", Cell::share(feedback.content)),
                ("figures-again", Cell::share(feedback.again)),
                ("figures-online-answers", Cell::of_small_count(feedback.online_answers)),
                ("figures-online-content", Cell::share(feedback.online_content)),
                ("figures-online-clear", Cell::share(feedback.online_clear)),
                ("figures-online-again", Cell::share(feedback.online_again)),
                ("figures-circle", Cell::of(report.circle)),
            ],
        ),
    ]
}

/// When people came in.
#[must_use]
pub fn of_arrivals(page: &Page, report: &EventReport) -> Table {
    let rows = report
        .door
        .arrivals
        .iter()
        .map(|step| Row::of(when::clock(report.zone(), step.from), vec![Cell::of(step.people)]));
    Table { title: page.t("figures-arrivals"), columns: Vec::new(), rows: rows.collect() }
}

/// The year in one table, an event a line.
#[must_use]
pub fn of_year(page: &Page, report: &YearReport) -> Table {
    let columns = ["figures-when", "figures-applications", "figures-attendances", "figures-units", "figures-couples"]
        .into_iter()
        .chain(["figures-lasting"]);
    let rows = report.held.iter().map(|event| {
        let cells = vec![
            Cell::Text(event.day(page.language)),
            Cell::of(event.applications),
            Cell::of(event.attendances),
            Cell::of(event.units),
            Cell::of(event.couples),
            Cell::lasting(event.lasting, event.lasting_due),
        ];
        Row {
            address: Some(format!("/office/e/{}/report", event.event)),
            ..Row::of(event.titled(page.language).to_owned(), cells)
        }
    });
    let total = vec![
        Cell::Text(String::new()),
        Cell::of(report.applications),
        Cell::of(report.attendances),
        Cell::of(report.units),
        Cell::of(report.couples),
        Cell::lasting(report.lasting, report.lasting_due),
    ];
    Table {
        title: page.t("figures-held"),
        columns: columns.map(|key| page.t(key)).collect(),
        rows: rows.chain([Row::of(page.t("figures-year-all"), total)]).collect(),
    }
}

/// The year of a union and of those below it: itself, a branch a line, all together, and the year before.
#[must_use]
pub fn of_tree(page: &Page, report: &TreeReport) -> Table {
    let columns = ["figures-events", "figures-applications", "figures-attendances", "figures-units", "figures-couples"]
        .into_iter()
        .chain(["figures-lasting"]);
    let line = |name: String, figures: &TreeFigures| {
        let cells = vec![
            Cell::of(figures.events),
            Cell::of_small_count(figures.applications),
            Cell::of_small_count(figures.attendances),
            Cell::of(figures.units),
            Cell::of(figures.couples),
            Cell::lasting(figures.lasting, figures.lasting_due),
        ];
        Row::of(name, cells)
    };
    let branches = report.branches.iter().map(|branch| {
        let name = branch.name_in(page.language);
        let name = match branch.unions {
            1 => name.to_owned(),
            unions => page.say("tree-branch", &[("union", name.into()), ("unions", (unions - 1).into())]),
        };
        line(name, &branch.figures)
    });
    let year = |key: &str, year: i32| page.say(key, &[("year", year.to_string().into())]);
    Table {
        title: page.t("tree-link"),
        columns: columns.map(|key| page.t(key)).collect(),
        rows: [line(page.t("tree-own"), &report.own)]
            .into_iter()
            .chain(branches)
            .chain([
                line(year("tree-whole", report.year), &report.whole),
                line(year("tree-whole", report.year - 1), &report.before),
                Row::of(page.t("tree-change"), change(&report.whole, &report.before)),
            ])
            .collect(),
    }
}

/// By how many percent each figure differs from the year before; nothing where one of the two is not told, or was none.
fn change(now: &TreeFigures, before: &TreeFigures) -> Vec<Cell> {
    let percent = |(now, before): (Option<usize>, Option<usize>)| {
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let both = now.zip(before).filter(|(_, before)| *before > 0);
        let percent = both.map(|(now, before)| (signed(now) - signed(before)) * 100 / signed(before));
        Cell::Text(percent.map_or_else(|| "—".to_owned(), |percent| format!("{percent:+}%")))
    };
    let figures = |of: &TreeFigures| {
        [Some(of.events), of.applications, of.attendances, Some(of.units), Some(of.couples), of.lasting]
    };
    figures(now).into_iter().zip(figures(before)).map(percent).collect()
}
