//! 积分榜 as a page: who leads, who stands around me, and where the last seat would go.

use std::collections::BTreeSet;

use actix_web::web::Query;
use actix_web::{HttpResponse, get};
use askama::Template;
use serde::Deserialize;
use uuid::Uuid;

use super::standing::{self, Standing};
use super::{ladder, sentences};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::error::Error;
use crate::events::event::Sides;
use crate::events::tabs;
use crate::page::{self, Page, Tab, fluent, when};
use crate::points::ladder::{Distance, Ladder, Rung};
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// How many people the top shows.
const TOP: usize = 10;
/// How many above and below oneself.
const REACH: usize = 4;
/// How many above and below the cut line.
const EDGE: usize = 2;

#[derive(Template)]
#[template(path = "screening/leaderboard.html")]
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
    /// A run has placed everybody: nothing here changes any more.
    drawn: bool,
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
    let who = me.clone();
    let read = house.run(async move |app| {
        let board = ladder::of_event(&app, &who.event).await?;
        // Where one stands among those who are shown, on the same board.
        Ok((standing::on_board(&app, &who, &board).await?, board))
    });
    let (own, board) = read.await?;
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
        tabs: tabs::of_participant(&page, &me.event, "leaderboard"),
        sides: [Side::Women, Side::Men].map(tab).into(),
        rows: rows(&page, ladder, me.registration.id),
        cut: cut(&page, ladder, &named, me.event.sides),
        mine: ladder.place(me.registration.id).map(|_| mine(&page, &own)),
        drawn: ladder.is_drawn(),
        at: when::clock(me.event.zone(), board.at),
        page,
    })
}

fn rows(page: &Page, ladder: &Ladder, me: Uuid) -> Vec<Row> {
    let (mine, line) = (ladder.place(me), ladder.line());
    let near = |place: usize, reach: usize| place.saturating_sub(reach)..place + reach + 1;
    let parts = [Some(0..TOP), mine.map(|mine| near(mine, REACH)), line.map(|line| near(line, EDGE))];
    let places: BTreeSet<usize> = parts.into_iter().flatten().flatten().collect();
    let mut rows = Vec::new();
    let mut last = None;
    // Who withdrew after the run keeps their place and has no name here.
    let named = |rung: &Rung| !rung.nickname.is_empty();
    let visible = places.into_iter().filter_map(|at| ladder.around(at, 0).next().map(|one| (at, one)));
    for (at, (rank, rung)) in visible.filter(|(_, (_, rung))| named(rung)) {
        let between = at - last.map_or(0, |last: usize| last + 1);
        last = Some(at);
        let Rung { nickname, points, registration_id, .. } = rung;
        rows.push(Row {
            rank,
            nickname: nickname.clone(),
            points: *points,
            me: *registration_id == me,
            skipped: (between > 0).then(|| page.say("board-skipped", &[("people", between.into())])),
            below_the_line: line == Some(at),
        });
    }
    rows
}

fn cut(page: &Page, ladder: &Ladder, side: &str, sides: Sides) -> String {
    let cut = ladder.cut_line();
    let side = if sides == Sides::Two { side } else { "" };
    let key = match (ladder.is_drawn(), cut.points) {
        (false, Some(_)) => "board-cut",
        (false, None) => "board-room",
        (true, Some(_)) => "board-cut-drawn",
        (true, None) => "board-room-drawn",
    };
    let points = cut.points.unwrap_or_default();
    page.say(key, &[("side", side.into()), ("seats", cut.seats.into()), ("points", points.into())])
}

fn mine(page: &Page, own: &Standing) -> String {
    let line = page.say("board-mine", &[("rank", own.rank.into()), ("points", own.points.into())]);
    fluent::sentences(page.language, [Some(line), own.distance.map(|far| distance(page, far))].into_iter().flatten())
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
        Distance::Short(places) => sentences::climb(page.language, places),
    }
}
