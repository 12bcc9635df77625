//! 我的旅程: one event as one guest lives through it.

use std::sync::Arc;

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::EntityTrait;

use super::BLOCK;
use super::next::{self, Further, Next};
use super::plot::{self, Plot};
use super::situation::{self, Situation};
use super::way::{self, Place, Stone};
use crate::accounts::profile;
use crate::accounts::visit::Visit;
use crate::app::{App, House};
use crate::circle::entrance;
use crate::error::{Error, Fault};
use crate::events::access::Guest;
use crate::events::countdown::Countdown;
use crate::events::phase::Phase;
use crate::events::tabs;
use crate::page::{self, Page, Tab, when};
use crate::points::board::{self, Board};
use crate::points::ladder::Distance;
use crate::points::leaderboard::distance;
use crate::points::statement::{self, Statement};
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Status};
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
    has_result: bool,
    circle: Option<Circle>,
    /// The page follows the hall.
    tonight: bool,
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
    said: String,
    cut_words: String,
    me_words: String,
}

struct Read {
    situation: Situation,
    standing: Standing,
    statement: Statement,
    board: Arc<Board>,
    profile: Option<profile::Model>,
}

#[get("/e/{event}/me")]
pub async fn my_event_page(house: House, visit: Visit, guest: Guest) -> Result<HttpResponse, Error> {
    let (slug, asked) = (guest.event.slug.clone(), guest);
    let Some(read) = house.run(async move |app| Ok(read(&app, asked).await?)).await? else {
        // Letters lead here whatever became of the application; the event's own page says what did.
        return Ok(page::see(&format!("/e/{slug}")));
    };
    page::answer_padded(&build_my_event(visit.page, read, house.now()), BLOCK)
}

async fn read(app: &Arc<App>, guest: Guest) -> Result<Option<Read>, Fault> {
    let (db, now) = (app.database.reader(), app.now());
    let Guest { account, event } = guest;
    let Some(mine) = registration::active_of(db, event.id, account.account_id).await? else { return Ok(None) };
    let me = Participant { account, event: event.clone(), registration: mine.clone() };
    Ok(Some(Read {
        standing: standing::of(app, &me).await?,
        statement: statement::read(db, &event, mine.id, now).await?,
        board: board::of_event(app, &event).await?,
        profile: profile::Entity::find_by_id(account.account_id).one(db).await?,
        situation: situation::read(db, event, mine, now).await?,
    }))
}

fn build_my_event(page: Page, read: Read, now: DateTime<Utc>) -> MyEvent {
    let it = &read.situation;
    let next = next::of(&page, it, further(&read), now);
    let stones = way::of(&page, it, now);
    let arch: Vec<String> = stones.iter().map(|stone| format!("{},{}", stone.x, stone.y)).collect();
    let started = it.phase >= Phase::Online && it.status.takes_part();
    let seated = matches!(it.status, Status::Selected | Status::Confirmed);
    MyEvent {
        slug: it.event.slug.clone(),
        title: it.event.titled(page.language).to_owned(),
        tabs: match it.phase {
            Phase::Closed if it.came => tabs::of_after(&page, &it.event, "journey"),
            _ => tabs::of_hour(&page, &it.event, now, "journey"),
        },
        circle: circle(&page, it, now),
        number: it.mine.label(),
        countdown: next.until.and_then(|until| Countdown::to(page.t("next-reply-count"), until, now)),
        next,
        stones,
        arch: arch.join(" "),
        score: started.then(|| score(&page, &read)),
        may_withdraw: (Phase::Registration..Phase::OnSite).contains(&it.phase)
            && (seated || matches!(it.status, Status::Applied | Status::Approved | Status::Waitlisted)),
        tonight: it.phase == Phase::OnSite,
        has_result: read.standing.explanation.is_some(),
        page,
    }
}

fn circle(page: &Page, it: &Situation, now: DateTime<Utc>) -> Option<Circle> {
    use entrance::Standing::{Inside, Outside};
    let (Outside(term) | Inside(term)) = it.circle else { return None };
    let day = when::day(page.language, it.event.zone(), term.ends_at - TimeDelta::seconds(1), now);
    let until = page.say("circle-until", &[("day", day.into())]);
    Some(Circle { joined: matches!(it.circle, Inside(_)), until })
}

fn further(read: &Read) -> Further {
    let today = read.statement.rules.iter().map(statement::Subtotal::left_today).sum();
    Further {
        profile_complete: read.profile.as_ref().is_some_and(profile::Model::says_enough),
        today: Some(today),
        standby_place: read.standing.standby_place,
    }
}

fn score(page: &Page, read: &Read) -> Score {
    let standing = &read.standing;
    let ladder = read.board.side(standing.side);
    let id = read.situation.mine.id;
    // What was screened is told as it was; points say something only among those compared by them.
    let far = standing.cut_line.zip(ladder.distance(id)).map(|(cut, far)| match far {
        Distance::Points(_) => Distance::Points(standing.points - cut),
        other => other,
    });
    let line = standing.cut_line.filter(|_| matches!(far, None | Some(Distance::Points(_))));
    let gaps = [("rank", standing.rank.into()), ("people", ladder.len().into())];
    let cut = standing.cut_line.unwrap_or_default();
    let peers = ladder.peers(id).count();
    let said = [("points", standing.points.into()), ("cut", cut.into()), ("people", peers.into())];
    let key = match (line, far) {
        (Some(_), _) => "score-said",
        (None, None) => "score-said-room",
        (None, Some(_)) => "score-said-apart",
    };
    Score {
        points: standing.points,
        rank: page.say("score-rank", &gaps),
        distance: far.map(|far| distance(page, far)),
        plot: plot::of(ladder.peers(id), read.statement.most, standing.points, line),
        said: page.say(key, &said),
        cut_words: page.say("score-cut", &[("cut", cut.into())]),
        me_words: page.say("score-me", &[("points", standing.points.into())]),
    }
}
