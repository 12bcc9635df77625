//! The letters of this room: what the run came to, each with its reason, and a seat offered later.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::placement::Placed;
use super::seat::{Seat, Seats};
use super::sentences::{self, Address};
use super::{deadline, run};
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::page::{fluent, when};
use crate::registrations::registration;

letter_words! {
    Selected<'a> {
        title: &'a str, nickname: &'a str, standing: String, deadline: String, starts: String, venue: &'a str
    }
    "screening/selected.zh.txt" "screening/selected.en.txt"
}
letter_words! {
    Waitlisted<'a> {
        title: &'a str, nickname: &'a str, standing: String, reasons: String, side: String, in_line: usize
    }
    "screening/waitlisted.zh.txt" "screening/waitlisted.en.txt"
}
letter_words! {
    NotSelected<'a> { title: &'a str, nickname: &'a str, standing: String, reasons: String }
    "screening/not_selected.zh.txt" "screening/not_selected.en.txt"
}
letter_words! {
    Offered<'a> { title: &'a str, nickname: &'a str, deadline: String, starts: String, venue: &'a str }
    "screening/offered.zh.txt" "screening/offered.en.txt"
}

/// Tells everybody what the run came to for them.
pub async fn screened(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    run: &run::Model,
    seats: &Seats,
) -> Result<(), Fault> {
    let accounts = seats.0.iter().map(|seat| seat.registration.account_id);
    let recipients = Recipient::find_all(txn, app, accounts).await?;
    let reply_by = deadline::of_invitations(event, app.now());
    for seat in &seats.0 {
        // An erased account has no address any more.
        let Some(to) = recipients.get(&seat.registration.account_id) else { continue };
        let letter = outcome(app, event, seat, to, reply_by)?;
        letter::post(txn, app, of_run(event, run, &seat.registration, letter)).await?;
    }
    Ok(())
}

/// A seat came free and is this person's until the deadline.
pub async fn offered(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    run: &run::Model,
    moved_up: &registration::Model,
) -> Result<(), Fault> {
    let Some(to) = Recipient::find(txn, app, moved_up.account_id).await? else { return Ok(()) };
    let text = Offered {
        title: event.titled(to.language),
        nickname: &to.nickname,
        deadline: moment(app, event, moved_up.reply_by.unwrap_or_else(|| app.now()), &to),
        starts: moment(app, event, event.starts_at, &to),
        venue: &event.venue,
    };
    let letter = Letter::new(app, "standby_offer", &to, text, &journey(event))?;
    letter::post(txn, app, of_run(event, run, moved_up, letter)).await
}

fn outcome(
    app: &App,
    event: &event::Model,
    seat: &Seat,
    to: &Recipient,
    reply_by: DateTime<Utc>,
) -> Result<Letter, Fault> {
    let (title, nickname, side) = (event.titled(to.language), to.nickname.as_str(), seat.registration.side);
    let stood = (seat.points, seat.class, side);
    let standing = fluent::sentences(to.language, sentences::standing(Address::Formal, to.language, &seat.why, stood));
    let reasons = fluent::sentences(to.language, sentences::reasons(Address::Formal, to.language, &seat.why, side));
    let (kind, path) = ("screened", journey(event));
    match seat.placed {
        Placed::Selected => {
            let deadline = moment(app, event, reply_by, to);
            let (starts, venue) = (moment(app, event, event.starts_at, to), event.venue.as_str());
            let text = Selected { title, nickname, standing, deadline, starts, venue };
            Letter::new(app, kind, to, text, &path)
        }
        Placed::Waitlisted => {
            let (side, in_line) = (sentences::side_name(side, to.language), seat.in_line.unwrap_or(0));
            let text = Waitlisted { title, nickname, standing, reasons, side, in_line };
            Letter::new(app, kind, to, text, &path)
        }
        Placed::NotSelected => Letter::new(app, kind, to, NotSelected { title, nickname, standing, reasons }, &path),
    }
}

/// One letter of a kind a run.
fn of_run(event: &event::Model, run: &run::Model, registration: &registration::Model, letter: Letter) -> Letter {
    let dedupe = Some(format!("{}:{}:{}", letter.kind, registration.id, run.number));
    Letter { event_id: Some(event.id), dedupe, ..letter }
}

fn journey(event: &event::Model) -> String {
    format!("/e/{}/me", event.slug)
}

fn moment(app: &App, event: &event::Model, at: DateTime<Utc>, to: &Recipient) -> String {
    when::moment_in_full(to.language, event.zone(), at, app.now())
}
