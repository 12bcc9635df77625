//! 积分榜 as a page: who leads, who stands around me, and where the last seat would go.

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::board;
use super::ladder::{Distance, Ladder, Rung};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::event::Sides;
use crate::events::tabs;
use crate::page::{self, Page, Tab, when};
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// How many people the top shows.
const TOP: usize = 10;
/// How many above and below oneself.
const REACH: usize = 4;
/// How many above and below the cut line.
const EDGE: usize = 2;

#[derive(Template)]
#[template(path = "points/leaderboard.html")]
struct Leaderboard {
    page: Page,
    title: String,
    tabs: Vec<Tab>,
    sides: Vec<Tab>,
    rows: Vec<Row>,
    /// What the cut line is, in a sentence.
    cut: String,
    /// Where I stand, in a sentence; None on the other side's board.
    mine: Option<String>,
    at: String,
}

/// Somebody, and what lies between them and the row before.
struct Row {
    rank: usize,
    nickname: String,
    points: i64,
    me: bool,
    /// How many are not shown between the row before and this one.
    skipped: Option<String>,
    /// The last seat goes to the row before.
    below_the_line: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichSide {
    side: Option<Side>,
}

#[get("/e/{event}/leaderboard")]
pub async fn leaderboard_page(
    house: House,
    visit: Visit,
    me: Participant,
    which: Query<WhichSide>,
) -> Result<HttpResponse, Error> {
    let side = which.side.unwrap_or(me.registration.side);
    let event = me.event.clone();
    let board = house.run(async move |app| Ok(board::of_event(&app, &event).await?)).await?;
    let (page, ladder, slug) = (visit.page, board.side(side), &me.event.slug);
    let tab = |other: Side| Tab {
        name: page.t(&format!("side-{}", other.word())),
        address: format!("/e/{slug}/leaderboard?side={}", other.word()),
        count: Some(board.side(other).len() as u64),
        open: other == side,
    };
    let named = page.t(&format!("side-{}", side.word()));
    page::answer(&Leaderboard {
        title: me.event.titled(page.language).to_owned(),
        tabs: tabs::of_participant(&page, slug, "leaderboard"),
        sides: [Side::Women, Side::Men].map(tab).into(),
        rows: rows(&page, ladder, me.registration.id),
        cut: cut(&page, ladder, &named, me.event.sides),
        mine: mine(&page, ladder, me.registration.id),
        at: when::clock(me.event.zone(), board.at),
        page,
    })
}

fn rows(page: &Page, ladder: &Ladder, me: Uuid) -> Vec<Row> {
    let (mine, cut) = (ladder.place(me), ladder.cut_line());
    let near = |at: usize, place: usize, reach: usize| at.abs_diff(place) <= reach;
    let is_shown = |at: usize| {
        at < TOP
            || mine.is_some_and(|mine| near(at, mine, REACH))
            || (cut.points.is_some() && near(at, cut.seats, EDGE))
    };
    let mut rows = Vec::new();
    let mut last = None;
    for (at, (rank, rung)) in ladder.top(ladder.len()).enumerate().filter(|(at, _)| is_shown(*at)) {
        let between = at - last.map_or(0, |last: usize| last + 1);
        last = Some(at);
        let Rung { nickname, points, registration_id, .. } = rung;
        rows.push(Row {
            rank,
            nickname: nickname.clone(),
            points: *points,
            me: *registration_id == me,
            skipped: (between > 0).then(|| page.say("board-skipped", &[("people", between.into())])),
            below_the_line: cut.points.is_some() && at == cut.seats,
        });
    }
    rows
}

fn cut(page: &Page, ladder: &Ladder, side: &str, sides: Sides) -> String {
    let cut = ladder.cut_line();
    let side = if sides == Sides::Two { side } else { "" };
    match cut.points {
        Some(points) => {
            let gaps = [("side", side.into()), ("seats", cut.seats.into()), ("points", points.into())];
            page.say("board-cut", &gaps)
        }
        None => page.say("board-room", &[("side", side.into()), ("seats", cut.seats.into())]),
    }
}

fn mine(page: &Page, ladder: &Ladder, me: Uuid) -> Option<String> {
    let place = ladder.place(me)?;
    let (rank, rung) = ladder.around(place, 0).next()?;
    let line = page.say("board-mine", &[("rank", rank.into()), ("points", rung.points.into())]);
    Some(match ladder.distance(me) {
        Some(far) => format!("{line}{}", distance(page, far)),
        None => line,
    })
}

/// How far from the cut line somebody is.
#[must_use]
pub fn distance(page: &Page, far: Distance) -> String {
    let gap = |key: &str, points: i64| page.say(key, &[("gap", points.into())]);
    match far {
        Distance::Points(0) => page.t("board-on"),
        Distance::Points(more @ 1..) => gap("board-above", more),
        Distance::Points(less) => gap("board-below", -less),
        Distance::Ahead => page.t("board-ahead"),
        Distance::Behind(places) => page.say("board-behind", &[("places", places.into())]),
    }
}
