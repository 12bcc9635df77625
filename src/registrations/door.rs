//! What the page of an event offers whoever looks at it: the way in, or where they stand.

use super::registration::{self, Status};
use crate::events::phase::Phase;
use crate::page::{Page, encoded};

/// One sentence, the one thing to do, and another way.
#[derive(Debug, Default)]
pub struct Door {
    pub text: String,
    pub act: Option<Way>,
    pub other: Option<Way>,
}

#[derive(Debug)]
pub struct Way {
    pub label: String,
    pub address: String,
    /// The one act of the page; otherwise a quiet one.
    pub first: bool,
}

/// # Arguments
/// `mine`: the person's latest application, alive or not; None for visitors too.
#[must_use]
pub fn of(page: &Page, slug: &str, phase: Phase, mine: Option<&registration::Model>) -> Door {
    let way = |key: &str, address: String, first| Some(Way { label: page.t(key), address, first });
    let (here, me) = (format!("/e/{slug}"), format!("/e/{slug}/me"));
    let sign_in = |to: &str| format!("/sign-in?to={}", encoded(to));
    let sign_up = |to: &str| format!("/register?to={}", encoded(to));
    if let Some(mine) = mine.filter(|mine| mine.status.is_active()) {
        return Door {
            text: page.t(&format!("mine-{}", key_in(mine.status, phase))),
            act: way("door-journey", me, true),
            other: None,
        };
    }
    let form = format!("{here}/register");
    match (phase, page.person.is_some()) {
        (Phase::Registration, true) => Door {
            text: page.t(mine.map_or("door-open", |mine| match mine.status {
                Status::Rejected => "door-again",
                _ => "door-open",
            })),
            act: way("door-act", form, true),
            other: None,
        },
        // Who comes from a poster has no account yet.
        (Phase::Registration, false) => Door {
            text: page.t("door-open"),
            act: way("door-act", sign_up(&form), true),
            other: way("door-known", sign_in(&form), false),
        },
        (Phase::Draft, false) => Door {
            text: page.t("door-soon"),
            act: way("door-early", sign_up(&here), false),
            other: way("door-known", sign_in(&here), false),
        },
        (Phase::Draft, true) => Door { text: page.t("door-soon"), ..Door::default() },
        // Whose application ended reads how, where nobody can apply any more.
        (_, true) => {
            let ended = mine.map(|mine| (mine.status, mine.reason.as_deref().unwrap_or_default()));
            let text = match ended {
                Some((Status::Rejected, reason)) => page.say("door-rejected", &[("reason", reason.into())]),
                Some((Status::Withdrawn, _)) => page.t("mine-withdrawn"),
                _ => page.t("door-closed"),
            };
            Door { text, ..Door::default() }
        }
        (_, false) => Door { text: page.t("door-closed"), act: None, other: way("door-mine", sign_in(&me), false) },
    }
}

/// What a status is called in keys of words, once the event is over, too: who waited does not wait
/// for ever.
#[must_use]
pub fn key_in(status: Status, phase: Phase) -> &'static str {
    match status {
        Status::Applied | Status::Approved | Status::Selected | Status::Waitlisted if phase == Phase::Closed => {
            "no-seat"
        }
        status => key(status),
    }
}

/// What a status is called in keys of words.
#[must_use]
pub fn key(status: Status) -> &'static str {
    match status {
        Status::Applied => "applied",
        Status::Approved => "approved",
        Status::Rejected => "rejected",
        Status::Withdrawn => "withdrawn",
        Status::Selected => "selected",
        Status::Waitlisted => "waitlisted",
        Status::NotSelected => "not-selected",
        Status::Confirmed => "confirmed",
        Status::Declined => "declined",
        Status::Expired => "expired",
    }
}
