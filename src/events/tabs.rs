//! The views of one event beside each other, for whoever is in it: the rooms open each their own.

use super::event;
use crate::page::site_map::{AFTER, EVENING, ORGANIZER, PARTICIPANT, View};
use crate::page::{Page, Tab};

/// # Arguments
/// `here`: the name of the open view, one of those in `PARTICIPANT`.
#[must_use]
pub fn of_participant(page: &Page, slug: &str, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/e/{slug}"), PARTICIPANT.iter(), here)
}

/// # Arguments
/// `here`: the name of the open view, one of those in `EVENING`.
#[must_use]
pub fn of_evening(page: &Page, event: &event::Model, here: &str) -> Vec<Tab> {
    tabs(page, &format!("/e/{}", event.slug), there(event, &EVENING), here)
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
