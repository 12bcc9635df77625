//! The way every guest goes, as stones of a bridge: 报名 → 审核 → 互动 → 入选 → 号码牌 → 签到 → 约会 →
//! 爆灯 → 牵手.

use chrono::{DateTime, Utc};

use super::situation::Situation;
use crate::dates::date_round;
use crate::events::phase::Phase;
use crate::page::{Page, when};
use crate::picks::round;
use crate::registrations::registration::Status;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Application,
    Review,
    Online,
    Selection,
    Badge,
    CheckIn,
    Dates,
    Picks,
    Couple,
}

const STEPS: [Step; 9] = [
    Step::Application,
    Step::Review,
    Step::Online,
    Step::Selection,
    Step::Badge,
    Step::CheckIn,
    Step::Dates,
    Step::Picks,
    Step::Couple,
];

/// Of the drawing the bridge is laid into.
pub const WIDTH: i32 = 360;
pub const HEIGHT: i32 = 96;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Done,
    Here,
    Ahead,
    /// The way ends here.
    Off,
}

#[derive(Clone, Debug)]
pub struct Stone {
    pub name: String,
    pub when: Option<String>,
    pub place: Place,
    /// The page about this step, once there is something on it.
    pub address: Option<String>,
    /// Where it lies in the drawing.
    pub x: i32,
    pub y: i32,
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Review => "review",
            Self::Online => "online",
            Self::Selection => "selection",
            Self::Badge => "badge",
            Self::CheckIn => "check-in",
            Self::Dates => "dates",
            Self::Picks => "picks",
            Self::Couple => "couple",
        }
    }
}

/// The bridge of one person. Whether somebody was picked shows only where they were picked back: for everybody else
/// the last stone lies ahead, for ever.
#[must_use]
pub fn of(page: &Page, it: &Situation, now: DateTime<Utc>) -> Vec<Stone> {
    let here = STEPS.into_iter().find(|step| !is_done(it, *step));
    let has_begun = |step: Step| match step {
        Step::Online => it.phase >= Phase::Online,
        Step::CheckIn => it.phase >= Phase::OnSite,
        _ => true,
    };
    let off = matches!(it.status, Status::NotSelected | Status::Declined | Status::Expired);
    let place = |step: Step| match here {
        Some(here) if step == here && off => Place::Off,
        Some(here) if step == here && (is_over(it) || !has_begun(step)) => Place::Ahead,
        Some(here) if step == here => Place::Here,
        _ if is_done(it, step) => Place::Done,
        _ => Place::Ahead,
    };
    let stone = |(at, step): (i32, Step)| {
        let (x, y) = laid(at);
        Stone {
            name: page.t(&format!("way-{}", step.word())),
            when: when_of(page, it, step, now),
            place: place(step),
            address: address_of(it, step),
            x,
            y,
        }
    };
    (0..).zip(STEPS).map(stone).collect()
}

fn is_over(it: &Situation) -> bool {
    it.phase == Phase::Closed
}

fn is_done(it: &Situation, step: Step) -> bool {
    let seated = matches!(it.status, Status::Confirmed);
    match step {
        Step::Application => true,
        Step::Review => it.status != Status::Applied,
        Step::Online => it.phase > Phase::Online || !matches!(it.status, Status::Applied | Status::Approved),
        Step::Selection => seated,
        Step::Badge => seated && it.badge.is_some(),
        Step::CheckIn => it.came,
        Step::Dates => it.came && (it.dates == Some(date_round::State::Finished) || it.picks.is_some()),
        Step::Picks => it.picks == Some(round::State::Tallied),
        Step::Couple => it.matched,
    }
}

fn when_of(page: &Page, it: &Situation, step: Step, now: DateTime<Utc>) -> Option<String> {
    let (language, zone, event) = (page.language, it.event.zone(), &it.event);
    let moment = |at: DateTime<Utc>| when::moment(language, zone, at, now);
    match step {
        Step::Application => Some(moment(it.mine.applied_at)),
        Step::Review => it.mine.decided_at.filter(|_| it.status == Status::Approved).map(moment),
        Step::Online => {
            let (from, to) = (event.boundary(Phase::Online)?, event.boundary(Phase::Screening)?);
            Some(when::stretch(language, zone, from, to, now))
        }
        Step::Selection => event.boundary(Phase::Confirmation).map(moment),
        Step::CheckIn => Some(moment(it.place.starts_at)),
        _ => None,
    }
}

fn address_of(it: &Situation, step: Step) -> Option<String> {
    let page = match step {
        Step::Dates => "dates",
        Step::Picks => "picks",
        Step::Couple => "matches",
        _ => return None,
    };
    (it.status == Status::Confirmed && it.phase >= Phase::OnSite).then(|| format!("/e/{}/{page}", it.event.slug))
}

/// A flat arch: highest in the middle.
fn laid(at: i32) -> (i32, i32) {
    let last = i32::try_from(STEPS.len()).unwrap_or(i32::MAX) - 1;
    let x = 20 + (WIDTH - 40) * at / last;
    // From −100 at one end over 0 to 100 at the other.
    let across = (200 * at / last) - 100;
    (x, 22 + 56 * across * across / 10_000)
}
