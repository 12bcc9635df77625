//! How the office speaks of an application.

use serde_json::json;

use crate::app::App;
use crate::page::Page;
use crate::registrations::registration::{Side, Status};
use crate::registrations::roll::Applicant;

/// Every status, in the order of the journey.
pub const STATUSES: [Status; 10] = [
    Status::Applied,
    Status::Approved,
    Status::Selected,
    Status::Waitlisted,
    Status::Confirmed,
    Status::NotSelected,
    Status::Declined,
    Status::Expired,
    Status::Rejected,
    Status::Withdrawn,
];

#[must_use]
pub fn word(status: Status) -> String {
    json!(status).as_str().unwrap_or_default().to_owned()
}

#[must_use]
pub fn status(page: &Page, status: Status) -> String {
    page.t(&format!("stands-{}", word(status)))
}

#[must_use]
pub fn side(page: &Page, side: Side) -> String {
    page.t(&format!("side-{}", side.word()))
}

/// How it looks: what waits, what is well, what is over.
#[must_use]
pub fn pill(status: Status) -> &'static str {
    match status {
        Status::Applied => "pill bad",
        Status::Approved | Status::Selected | Status::Confirmed => "pill good",
        Status::Waitlisted => "pill",
        _ => "pill over",
    }
}

/// How long a letter about a decision can be called back.
#[must_use]
pub fn letters_wait(page: &Page, app: &App) -> String {
    page.say("roll-letters-wait", &[("seconds", app.settings.mail.recall_seconds.into())])
}

/// What somebody is called in the office: their name, else their nickname.
#[must_use]
pub fn name(applicant: &Applicant) -> &str {
    applicant.real_name.as_deref().unwrap_or(&applicant.nickname)
}
