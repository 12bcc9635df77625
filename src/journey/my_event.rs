//! 我的旅程: one event as one guest lives through it.

use std::sync::Arc;

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::BLOCK;
use super::next::{self, Further, Next};
use super::plot::{self, Plot};
use super::situation::{self, Situation};
use super::way::{self, Place, Stone};
use crate::accounts::profile;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::circle::entrance;
use crate::draws::draw;
use crate::error::{Error, Fault};
use crate::events::access::Guest;
use crate::events::countdown::Countdown;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::{self, Page, Tab, when};
use crate::plaza::earnable;
use crate::points::board::Board;
use crate::points::frozen;
use crate::points::ladder::Distance;
use crate::points::rules::RuleSet;
use crate::points::still_pays;
use crate::registrations::access::Participant;
use crate::registrations::registration::Status;
use crate::screening::leaderboard::distance;
use crate::screening::place;
use crate::screening::standing::{self, Standing};

#[derive(Template)]
#[template(path = "journey/my_event.html")]
struct MyEvent {
    page: Page,
    slug: String,
    title: String,
    tabs: Vec<Tab>,
    number: String,
    next: Next,
    countdown: Option<Countdown>,
    stones: Vec<Stone>,
    /// The stones as one line, and how much of it is walked.
    arch: String,
    score: Option<Score>,
    may_withdraw: bool,
    /// The union's volunteers may be asked to introduce somebody.
    introductions: bool,
    has_result: bool,
    boards: Option<OwnBoard>,
    circle: Option<Circle>,
    /// Whether the event has draws to look at.
    has_draws: bool,
    /// The page follows the hall.
    tonight: bool,
}

/// Of an event with several boards.
struct OwnBoard {
    /// Wishes can still be put in order.
    open: bool,
    /// The board they have a seat of, and when and where it is.
    seat: Option<(String, String)>,
}

/// The circle of those who came, while it lives.
struct Circle {
    joined: bool,
    until: String,
}

/// Points, and what they are worth beside the others'.
struct Score {
    points: i64,
    rank: String,
    distance: Option<String>,
    plot: Plot,
    /// The plot in words, for whoever does not see it.
    summary: String,
    cut_words: String,
    me_words: String,
}

struct Read {
    situation: Situation,
    /// None where the event has one evening; whether wishes are still open, and the place of the seat.
    boards: Option<(bool, place::Place)>,
    has_draws: bool,
    circle: entrance::Standing,
    standing: Standing,
    board: Arc<Board>,
    /// What today can still earn.
    earnable: i64,
    /// The most points anybody can have.
    most: i64,
    profile: Option<profile::Model>,
}

#[get("/e/{event}/me")]
pub async fn my_event_page(house: House, visit: Visit, guest: Guest) -> Result<HttpResponse, Error> {
    let slug = guest.event.slug.clone();
    let Some(read) = house.ask(async move |app| read(&app, guest).await).await? else {
        // Letters lead here whatever became of the application; the event's own page says what did.
        return Ok(page::see(&format!("/e/{slug}")));
    };
    page::answer_padded(&build_my_event(visit.page, read, house.now()), BLOCK)
}

async fn read(app: &App, guest: Guest) -> Result<Option<Read>, Fault> {
    let (db, now) = (app.database.reader(), app.now());
    let Some(me) = Participant::find(app, guest.account, guest.event).await? else { return Ok(None) };
    let (standing, board) = standing::among_all(app, &me).await?;
    let circle = match me.event.phase(now) {
        Phase::Closed => entrance::standing(db, &me.event, me.registration.id, now).await?,
        _ => entrance::Standing::None,
    };
    let earnable = match me.event.phase(now) {
        Phase::Online => {
            let today = still_pays::of_person(db, &me.event, me.registration.id, now).await?;
            earnable::read(db, &me.event, &me.registration, &today, now).await?.total()
        }
        _ => 0,
    };
    let boards = match me.event.tells("boards") {
        true => {
            let place = place::of_people(db, &me.event, [me.registration.id]).await?.of(&me.event, me.registration.id);
            Some((!frozen::is_closed(db, &me.event, now).await?, place))
        }
        false => None,
    };
    Ok(Some(Read {
        boards,
        circle,
        has_draws: draw::any_published(db, me.event.id).await?,
        standing,
        board,
        earnable,
        most: RuleSet::of(&me.event)?.most(),
        profile: profile::own(app, me.account.account_id).await?.and_then(|(_, profile)| profile),
        situation: situation::read(db, me.event, me.registration, now).await?,
    }))
}

fn build_my_event(page: Page, read: Read, now: DateTime<Utc>) -> MyEvent {
    let it = &read.situation;
    let next = next::of(&page, it, further(&read), now);
    let stones = way::of(&page, it, now);
    let arch: Vec<String> = stones.iter().map(|stone| format!("{},{}", stone.x, stone.y)).collect();
    let started = it.phase >= Phase::Online && it.status.takes_part();
    let seated = it.status.has_a_seat();
    MyEvent {
        slug: it.event.slug.clone(),
        title: it.event.titled(page.language).to_owned(),
        tabs: match it.phase {
            Phase::Closed if it.came => tabs::of_after(&page, &it.event, "journey"),
            _ => tabs::of_hour(&page, &it.event, now, "journey"),
        },
        circle: circle(&page, &read, now),
        boards: read.boards.as_ref().map(|(open, place)| OwnBoard {
            open: *open,
            seat: place.board.clone().filter(|_| seated).map(|board| {
                let when = when::stretch(page.language, it.event.zone(), place.starts_at, place.ends_at, now);
                (board, format!("{when} · {}", place.venue))
            }),
        }),
        has_draws: read.has_draws,
        number: it.mine.label(),
        countdown: next.until.and_then(|until| Countdown::to(page.t("next-reply-count"), until, now)),
        next,
        stones,
        arch: arch.join(" "),
        score: started.then(|| score(&page, &read)),
        may_withdraw: (Phase::Registration..Phase::OnSite).contains(&it.phase)
            && (seated || matches!(it.status, Status::Applied | Status::Approved | Status::Waitlisted)),
        introductions: it.status.takes_part()
            && (it.phase == Phase::Closed
                || matches!(it.status, Status::NotSelected | Status::Declined | Status::Expired)),
        tonight: it.phase == Phase::OnSite,
        has_result: read.standing.explanation.is_some(),
        page,
    }
}

fn circle(page: &Page, read: &Read, now: DateTime<Utc>) -> Option<Circle> {
    use entrance::Standing::{Inside, Outside};
    let (Outside(term) | Inside(term)) = read.circle else { return None };
    let day = when::day(page.language, read.situation.event.zone(), term.ends_at - TimeDelta::seconds(1), now);
    let until = page.say("circle-until", &[("day", day.into())]);
    Some(Circle { joined: matches!(read.circle, Inside(_)), until })
}

fn further(read: &Read) -> Further {
    Further {
        profile_complete: read.profile.as_ref().is_some_and(profile::Model::says_enough),
        today: Some(read.earnable),
        standby_place: read.standing.standby_place,
    }
}

fn score(page: &Page, read: &Read) -> Score {
    let standing = &read.standing;
    let ladder = read.board.side(standing.side);
    let id = read.situation.mine.id;
    // The cut line says something only among those compared by points.
    let line = standing.cut_line.filter(|_| !matches!(standing.distance, Some(Distance::Ahead | Distance::Behind(_))));
    let gaps = [("rank", standing.rank.into()), ("people", ladder.len().into())];
    let cut = standing.cut_line.unwrap_or_default();
    let peers = ladder.peers(id).count();
    let numbers = [("points", standing.points.into()), ("cut", cut.into()), ("people", peers.into())];
    let key = match (line, standing.distance) {
        (Some(_), _) => "score-summary",
        (None, None) => "score-summary-room",
        (None, Some(_)) => "score-summary-apart",
    };
    Score {
        points: standing.points,
        rank: page.say("score-rank", &gaps),
        distance: standing.distance.map(|far| distance(page, far)),
        plot: plot::of(ladder.peers(id), read.most, standing.points, line),
        summary: page.say(key, &numbers),
        cut_words: page.say("score-cut", &[("cut", cut.into())]),
        me_words: page.say("score-me", &[("points", standing.points.into())]),
    }
}
