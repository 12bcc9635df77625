//! The one thing to do next.

use chrono::{DateTime, Utc};

use super::situation::Situation;
use crate::dates::date_round;
use crate::events::phase::Phase;
use crate::feedback::online_sheet;
use crate::page::{Page, when};
use crate::picks::round;
use crate::registrations::door::{self, Way};
use crate::registrations::registration::Status;

#[derive(Debug)]
pub struct Next {
    pub title: String,
    pub text: String,
    pub act: Option<Way>,
    /// When it is too late.
    pub until: Option<DateTime<Utc>>,
}

/// What is known besides where the person stands; what is not known is not spoken of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Further {
    /// The profile says everything others look for.
    pub profile_complete: bool,
    /// Points that today can still earn.
    pub today: Option<i64>,
    pub standby_place: Option<u64>,
}

/// # Arguments
/// `further`: as far as the caller knows.
#[must_use]
pub fn of(page: &Page, it: &Situation, further: Further, now: DateTime<Utc>) -> Next {
    let here = |path: &str| format!("/e/{}{path}", it.event.slug);
    let (language, zone) = (page.language, it.event.zone());
    let moment = |at| when::zoned(language, zone, when::moment(language, zone, at, now));
    let way = |key: &str, address: String, first| Some(Way { label: page.t(key), address, first });
    let plain = |key: &str, act| Next {
        title: page.t(&format!("next-{key}")),
        text: page.t(&format!("next-{key}-note")),
        act,
        until: None,
    };
    let profile = way("next-act-profile", "/me/profile".to_owned(), true).filter(|_| !further.profile_complete);
    match (it.status, it.phase) {
        (
            Status::Applied | Status::Approved | Status::Selected | Status::Waitlisted | Status::Confirmed,
            Phase::Closed,
        ) if !it.came && it.event.was_called_off() => plain("called-off", None),
        // Whatever they waited for, it did not come.
        (status, Phase::Closed)
            if online_sheet::is_asked(&it.event, status, it.came) && status != Status::NotSelected =>
        {
            plain("no-seat", way("next-act-feedback", here("/feedback/online"), true))
        }
        (Status::Applied | Status::Approved | Status::Selected, Phase::Closed) => plain("no-seat", None),
        (Status::Waitlisted, Phase::Closed) => plain("no-seat", way("next-act-why", here("/why"), false)),
        (Status::Applied, _) => plain("review", profile),
        (Status::Approved, Phase::Draft | Phase::Registration) => {
            let text = match it.event.boundary(Phase::Online) {
                Some(begins) => page.say("next-approved-until", &[("when", moment(begins).into())]),
                None => page.t("next-approved-note"),
            };
            Next { title: page.t("next-approved"), text, act: profile, until: None }
        }
        (Status::Approved, Phase::Online) => {
            let act = way("next-act-plaza", here("/plaza"), true);
            match further.today {
                Some(0) => plain("plaza-done", act),
                Some(today) => {
                    let text = page.say("next-plaza-today", &[("points", today.into())]);
                    Next { text, ..plain("plaza", act) }
                }
                None => plain("plaza", act),
            }
        }
        (Status::Approved, _) => plain("screening-soon", way("tab-points", here("/points"), false)),
        (Status::Selected, _) => {
            Next { until: it.mine.reply_by, ..plain("reply", way("next-act-reply", here("/why"), true)) }
        }
        (Status::Waitlisted, _) => {
            let title = further.standby_place.map(|place| page.say("why-waitlisted", &[("place", place.into())]));
            let next = plain("standby", way("next-act-why", here("/why"), false));
            Next { title: title.unwrap_or(next.title), ..next }
        }
        (Status::Confirmed, phase) => coming(page, it, phase, &plain),
        (status, phase) => {
            let key = door::key(status);
            let is_asked = phase == Phase::Closed && online_sheet::is_asked(&it.event, status, it.came);
            Next {
                title: page.t(&format!("mine-{key}")),
                text: page.t(&format!("why-{key}-note")),
                act: match is_asked {
                    true => way("next-act-feedback", here("/feedback/online"), true),
                    false => way("next-act-why", here("/why"), false),
                },
                until: None,
            }
        }
    }
}

fn coming(page: &Page, it: &Situation, phase: Phase, plain: &dyn Fn(&str, Option<Way>) -> Next) -> Next {
    let badge = |first| {
        let address = format!("/e/{}/badge", it.event.slug);
        it.badge.as_ref().map(|_| Way { label: page.t("next-act-badge"), address, first })
    };
    let to = |key: &str, path: &str| {
        let address = format!("/e/{}{path}", it.event.slug);
        Some(Way { label: page.t(key), address, first: true })
    };
    let tallied = it.picks == Some(round::State::Tallied);
    match phase {
        Phase::Closed if it.matched => plain("matched", to("next-act-matches", "/matches")),
        Phase::Closed if it.came => plain("over", to("next-act-feedback", "/feedback")),
        Phase::Closed => plain("missed", None),
        Phase::OnSite if !it.came => plain("door", badge(true)),
        Phase::OnSite if it.picks == Some(round::State::Open) => plain("picks", to("next-act-picks", "/picks")),
        Phase::OnSite if it.picks == Some(round::State::Closed) => {
            plain("counting", to("next-act-matches", "/matches"))
        }
        Phase::OnSite if it.dates == Some(date_round::State::Running) => plain("dates", to("next-act-dates", "/dates")),
        Phase::OnSite if it.matched => plain("matched", to("next-act-matches", "/matches")),
        Phase::OnSite if tallied => plain("tallied", to("next-act-matches", "/matches")),
        Phase::OnSite if it.dates == Some(date_round::State::Planned) => {
            plain("seated", to("next-act-dates", "/dates"))
        }
        Phase::OnSite => plain("inside", badge(false)),
        _ if it.badge.is_some() => plain("badge", badge(true)),
        _ => plain("badge-soon", None),
    }
}
