//! The drawings of a report: SVG that stands by itself, on paper and on a slide.

use askama::Template;

use super::arrivals::Arrivals;
use super::event::EventReport;
use super::year::YearReport;
use crate::page::{Page, when};

/// In units of the drawing, as everything here.
const WIDTH: i64 = 720;
/// Where bars begin, right of their names.
const LEFT: i64 = 176;
/// Of the longest bar; the figure stands behind it.
const LONGEST: i64 = 460;
/// From one line of bars to the next.
const PITCH: i64 = 56;
/// Above the first line.
const HEAD: i64 = 96;
/// Of the tallest step of the curve of arrivals.
const TALLEST: i64 = 96;
/// Night and lantern, as on every page.
const MEN: &str = "#2a3472";
const WOMEN: &str = "#bf2c20";
/// Of the longest name of a line.
const NAME_CHARACTERS: usize = 11;

/// From everybody who applied to those who came, men above women, and when they came in.
#[derive(Template)]
#[template(path = "reports/event.svg")]
pub struct EventDrawing {
    title: String,
    note: String,
    lines: Vec<Line>,
    men: String,
    women: String,
    arrivals: Option<Curve>,
    height: i64,
}

struct Line {
    name: String,
    y: i64,
    bars: [Bar; 2],
}

struct Bar {
    y: i64,
    length: i64,
    count: i64,
    color: &'static str,
}

struct Curve {
    title: String,
    y: i64,
    floor: i64,
    steps: Vec<Step>,
    first: String,
    last: String,
}

struct Step {
    x: i64,
    width: i64,
    height: i64,
}

/// Who came to each event of a year.
#[derive(Template)]
#[template(path = "reports/year.svg")]
pub struct YearDrawing {
    title: String,
    note: String,
    lines: Vec<EventLine>,
    height: i64,
}

struct EventLine {
    name: String,
    day: String,
    y: i64,
    length: i64,
    summary: String,
}

impl EventDrawing {
    #[must_use]
    pub fn of(page: &Page, report: &EventReport) -> Self {
        let most = report.stages.iter().map(|stage| stage.men.max(stage.women)).max().unwrap_or(0).max(1);
        let bar = |y: i64, count: i64, color| Bar { y, length: LONGEST * count / most, count, color };
        let line = |(at, stage): (i64, &super::event::StageFigures)| {
            let y = HEAD + PITCH * at;
            let bars = [bar(y, stage.men, MEN), bar(y + 20, stage.women, WOMEN)];
            Line { name: page.t(&format!("stage-{}", stage.stage)), y, bars }
        };
        let lines: Vec<Line> = (0..).zip(&report.stages).map(line).collect();
        let below = HEAD + PITCH * i64::try_from(lines.len()).unwrap_or(0) + 32;
        let arrivals = Curve::of(page, report, below);
        Self {
            title: page.language.choose(&report.title, report.title_en.as_ref().unwrap_or(&report.title)).clone(),
            note: page.t("figures-stages"),
            height: below + if arrivals.is_some() { TALLEST + 72 } else { 0 },
            men: page.t("side-men"),
            women: page.t("side-women"),
            arrivals,
            lines,
        }
    }
}

impl Curve {
    fn of(page: &Page, report: &EventReport, y: i64) -> Option<Self> {
        let all: &[Arrivals] = &report.door.arrivals;
        let (first, last) = (all.first()?, all.last()?);
        let most = i64::try_from(all.iter().map(|step| step.people).max()?).ok()?.max(1);
        let width = (WIDTH - 48) / i64::try_from(all.len()).ok()?.max(12);
        let step = |(at, arrived): (i64, &Arrivals)| Step {
            x: 24 + width * at,
            width: (width - 2).max(1),
            height: TALLEST * i64::try_from(arrived.people).unwrap_or(0) / most,
        };
        let clock = |arrived: &Arrivals| when::clock(report.zone(), arrived.from);
        Some(Self {
            title: page.t("figures-arrivals"),
            floor: y + 24 + TALLEST,
            steps: (0..).zip(all).map(step).collect(),
            first: clock(first),
            last: clock(last),
            y,
        })
    }
}

impl YearDrawing {
    #[must_use]
    pub fn of(page: &Page, report: &YearReport) -> Self {
        let most = report.held.iter().map(|event| event.attendances).max().unwrap_or(0).max(1);
        let line = |(y, event): (i64, &super::year::EventOfYear)| {
            let zone = event.timezone.parse().unwrap_or(chrono_tz::Asia::Shanghai);
            let title = page.language.choose(&event.title, event.title_en.as_ref().unwrap_or(&event.title));
            let gaps = [("people", event.attendances.into()), ("couples", event.couples.into())];
            EventLine {
                name: short(title),
                day: when::day(page.language, zone, event.starts_at, event.starts_at),
                y: HEAD - 16 + PITCH * y,
                length: i64::try_from(event.attendances * 380 / most).unwrap_or(0),
                summary: page.say("figures-line", &gaps),
            }
        };
        let lines: Vec<EventLine> = (0..).zip(&report.held).map(line).collect();
        Self {
            title: page.say("year-title", &[("year", report.year.to_string().into())]),
            note: page.language.choose(&report.sentence.zh, &report.sentence.en).clone(),
            height: HEAD + PITCH * i64::try_from(lines.len()).unwrap_or(0),
            lines,
        }
    }
}

/// A name as far as there is room for it.
fn short(name: &str) -> String {
    if name.chars().count() <= NAME_CHARACTERS {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARACTERS - 1).chain(['…']).collect()
}
