//! 我的积分 as a page: why my score is what it is, line by line, and what each rule still gives.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::event;
use crate::events::tabs;
use crate::page::{self, Page, Tab, when};
use crate::plaza::earnable::{self, Earnable, OWN, Why};
use crate::points::rules::Rule;
use crate::points::statement::{self, Line, Statement, Subtotal};
use crate::points::still_pays;
use crate::registrations::access::Participant;

#[derive(Template)]
#[template(path = "journey/my_points.html")]
struct MyPoints {
    page: Page,
    title: String,
    tabs: Vec<Tab>,
    points: i64,
    most: i64,
    frozen: bool,
    /// 86 = 20 + 16 + …
    sum: String,
    rules: Vec<Earned>,
    lines: Vec<PointsLine>,
}

struct Earned {
    name: String,
    points: i64,
    cap: i64,
    note: String,
}

struct PointsLine {
    when: String,
    name: String,
    /// Whether it was taken back, withheld, entered by somebody, and why.
    notes: Vec<String>,
    points: String,
    less: bool,
    total: i64,
}

#[get("/e/{event}/points")]
pub async fn points_page(house: House, visit: Visit, me: Participant) -> Result<HttpResponse, Error> {
    let reader = me.clone();
    let read = house.run(async move |app| {
        let (db, now, mine) = (app.database.reader(), app.now(), &reader.registration);
        let today = still_pays::of_person(db, &reader.event, mine.id, now).await?;
        let earnable = earnable::read(db, &reader.event, mine, &today, now).await?;
        Ok((statement::read(db, &reader.event, mine.id, now).await?, earnable))
    });
    let (statement, earnable) = read.await?;
    page::answer(&build_my_points(visit.page, &me.event, &statement, &earnable, house.now()))
}

fn build_my_points(
    page: Page,
    event: &event::Model,
    statement: &Statement,
    earnable: &Earnable,
    now: DateTime<Utc>,
) -> MyPoints {
    let paid: Vec<String> =
        statement.rules.iter().filter(|rule| rule.points != 0).map(|rule| rule.points.to_string()).collect();
    let sum = if paid.len() > 1 { format!("{} = {}", statement.points, paid.join(" + ")) } else { String::new() };
    MyPoints {
        title: event.titled(page.language).to_owned(),
        tabs: tabs::of_participant(&page, event, "points"),
        points: statement.points,
        most: statement.most,
        frozen: statement.frozen,
        sum,
        rules: statement.rules.iter().map(|rule| earned(&page, rule, statement.frozen, earnable)).collect(),
        lines: statement.lines.iter().rev().map(|line| points_line(&page, event, line, now)).collect(),
        page,
    }
}

fn earned(page: &Page, rule: &Subtotal, frozen: bool, earnable: &Earnable) -> Earned {
    let (left, offer) = (rule.left(), earnable.of(rule.rule));
    let key = match offer.map(|offer| offer.why) {
        _ if frozen => "points-closed",
        _ if left == 0 => "points-all",
        _ if !OWN.contains(&rule.rule) => "points-entered",
        None => "points-not-now",
        Some(Why::Open) => "points-left",
        Some(Why::Waits) => "points-waits",
        Some(Why::NothingAsked) => "points-nothing-asked",
        Some(Why::Spent) => "points-today-done",
    };
    let today = offer.map_or(0, |offer| offer.left);
    let note = page.say(key, &[("today", today.into()), ("left", left.into())]);
    Earned { name: rule_name(page, rule.rule), points: rule.points, cap: rule.cap, note }
}

fn points_line(page: &Page, event: &event::Model, line: &Line, now: DateTime<Utc>) -> PointsLine {
    let mut notes = Vec::new();
    if line.reverses.is_some() {
        notes.push(page.t("points-reversed"));
    }
    if line.capped {
        notes.push(page.t("points-capped"));
    }
    if line.by_organizer {
        notes.push(page.t("points-by-organizer"));
    }
    notes.extend(line.reason.clone());
    PointsLine {
        when: when::moment(page.language, event.zone(), line.at, now),
        name: rule_name(page, line.rule),
        notes,
        points: if line.points < 0 { format!("−{}", line.points.abs()) } else { format!("+{}", line.points) },
        less: line.points < 0,
        total: line.total,
    }
}

/// What a rule is called on pages.
fn rule_name(page: &Page, rule: Rule) -> String {
    page.t(match rule {
        Rule::Profile => "rule-points-profile",
        Rule::SignIn => "rule-points-sign_in",
        Rule::Quiz => "rule-points-quiz",
        Rule::Post => "rule-points-post",
        Rule::Game => "rule-points-game",
        Rule::Chat => "rule-points-chat",
    })
}
