//! The views of one event beside each other, for whoever is in it: the rooms open each their own.

use chrono::{DateTime, Utc};

use super::event;
use super::phase::Phase;
use crate::page::site_map::{AFTER, EVENING, ORGANIZER, PARTICIPANT, View};
use crate::page::{Page, Tab};

/// # Arguments
/// `here`: the name of the open view, one of those in `PARTICIPANT`.
#[must_use]
pub fn of_participant(page: &Page, event: &event::Model, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/e/{}", event.slug), there(event, &PARTICIPANT), here)
}

/// # Arguments
/// `here`: the name of the open view, one of those in `EVENING`.
#[must_use]
pub fn of_evening(page: &Page, event: &event::Model, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/e/{}", event.slug), there(event, &EVENING), here)
}

/// The ways that fit the hour: the evening's while the doors are open, and those of a participant else.
///
/// # Arguments
/// `here`: the name of the open view, one that stands in `PARTICIPANT` and in `EVENING`.
#[must_use]
pub fn of_hour(page: &Page, event: &event::Model, now: DateTime<Utc>, here: &str) -> Vec<Tab> {
    match event.phase(now) {
        Phase::OnSite => of_evening(page, event, here),
        _ => of_participant(page, event, here),
    }
}

/// The ways of the evening, and of what it left behind once it is over.
///
/// # Arguments
/// `here`: the name of the open view, one of those in `EVENING`.
#[must_use]
pub fn of_night(page: &Page, event: &event::Model, now: DateTime<Utc>, here: &str) -> Vec<Tab> {
    match event.phase(now) {
        Phase::Closed => of_after(page, event, here),
        _ => of_evening(page, event, here),
    }
}

/// # Arguments
/// `here`: the name of the open view, one of those in `AFTER`.
#[must_use]
pub fn of_after(page: &Page, event: &event::Model, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/e/{}", event.slug), there(event, &AFTER), here)
}

/// # Arguments
/// `here`: the name of the open view, one of those in `ORGANIZER`.
#[must_use]
pub fn of_organizer(page: &Page, slug: &str, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/office/e/{slug}"), ORGANIZER.iter(), here)
}

/// The views this event has.
fn there<'a>(event: &'a event::Model, views: &'a [View]) -> impl Iterator<Item = &'a View> {
    views.iter().filter(|view| view.needs.is_none_or(|needs| event.tells(needs)))
}

fn tabs<'a>(page: &Page, below: &str, views: impl Iterator<Item = &'a View>, here: &str) -> Vec<Tab> {
    let tab = |view: &View| Tab {
        name: page.t(&format!("tab-{}", view.name)),
        address: format!("{below}{}", view.path),
        count: None,
        open: view.name == here,
    };
    views.map(tab).collect()
}
