//! The views of one event beside each other, for whoever is in it: the rooms open each their own.

use super::event;
use crate::page::{Page, Tab};

/// Where a participant can go, with `here` open.
const PARTICIPANT: [(&str, &str); 6] = [
    ("journey", "/me"),
    ("plaza", "/plaza"),
    ("people", "/people"),
    ("leaderboard", "/leaderboard"),
    ("points", "/points"),
    ("badge", "/badge"),
];

/// Where a participant can go once they are in the hall.
const EVENING: [(&str, &str); 7] = [
    ("journey", "/me"),
    ("programme", "/programme"),
    ("dates", "/dates"),
    ("picks", "/picks"),
    ("matches", "/matches"),
    ("confessions", "/confessions"),
    ("badge", "/badge"),
];

/// Where a participant who came can go once the event is over.
const AFTER: [(&str, &str); 7] = [
    ("journey", "/me"),
    ("circle", "/circle"),
    ("matches", "/matches"),
    ("feedback", "/feedback"),
    ("plaza", "/plaza"),
    ("people", "/people"),
    ("badge", "/badge"),
];

/// Where an organizer can go, below `/office/e/{event}`.
const ORGANIZER: [(&str, &str); 18] = [
    ("overview", ""),
    ("settings", "/settings"),
    ("registrations", "/registrations"),
    ("rules", "/points"),
    ("moderation", "/moderation"),
    ("quizzes", "/quizzes"),
    ("screening", "/screening"),
    ("standby", "/standby"),
    ("badges", "/badges"),
    ("groups", "/groups"),
    ("dates", "/dates"),
    ("reviews", "/reviews"),
    ("staff", "/staff"),
    ("mail", "/mail"),
    ("feedback", "/feedback"),
    ("circle", "/circle"),
    ("report", "/report"),
    ("audit", "/audit"),
];

/// # Arguments
/// `here`: the name of the open view, one of those in `PARTICIPANT`.
#[must_use]
pub fn of_participant(page: &Page, slug: &str, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/e/{slug}"), &PARTICIPANT, here)
}

/// # Arguments
/// `here`: the name of the open view, one of those in `EVENING`.
#[must_use]
pub fn of_evening(page: &Page, event: &event::Model, here: &str) -> Vec<Tab> {
    let left_out = event.stage().confessions.is_none();
    let views: Vec<_> = EVENING.into_iter().filter(|(name, _)| *name != "confessions" || !left_out).collect();
    tabs(page, &format!("/e/{}", event.slug), &views, here)
}

/// # Arguments
/// `here`: the name of the open view, one of those in `AFTER`.
#[must_use]
pub fn of_after(page: &Page, event: &event::Model, here: &str) -> Vec<Tab> {
    let has_circle = event.plan().circle.is_some();
    let views: Vec<_> = AFTER.into_iter().filter(|(name, _)| *name != "circle" || has_circle).collect();
    tabs(page, &format!("/e/{}", event.slug), &views, here)
}

/// # Arguments
/// `here`: the name of the open view, one of those in `ORGANIZER`.
#[must_use]
pub fn of_organizer(page: &Page, slug: &str, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/office/e/{slug}"), &ORGANIZER, here)
}

fn tabs(page: &Page, below: &str, views: &[(&str, &str)], here: &str) -> Vec<Tab> {
    let tab = |(name, path): &(&str, &str)| Tab {
        name: page.t(&format!("tab-{name}")),
        address: format!("{below}{path}"),
        count: None,
        open: *name == here,
    };
    views.iter().map(tab).collect()
}
