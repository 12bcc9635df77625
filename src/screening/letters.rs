//! The letters of this room: what the run came to, each with its reason, and a seat offered later.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;

use super::place::Place;
use super::placement::Placed;
use super::seat::{self, Seats};
use super::sentences::{self, Address, Stood};
use super::succeed::Seat;
use super::{deadline, line, run};
use crate::accounts::recipient::{self, Recipient};
use crate::app::App;
use crate::boards;
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::page::{fluent, when};
use crate::registrations::registration;

letter_words! {
    Selected<'a> {
        title: &'a str, nickname: &'a str, standing: String, deadline: String, board: &'a str, starts: String,
        venue: &'a str
    }
    "screening/selected.zh.txt" "screening/selected.en.txt"
}
letter_words! {
    Waitlisted<'a> {
        title: &'a str, nickname: &'a str, standing: String, reasons: String, side: String, in_line: u64
    }
    "screening/waitlisted.zh.txt" "screening/waitlisted.en.txt"
}
letter_words! {
    NotSelected<'a> { title: &'a str, nickname: &'a str, standing: String, reasons: String }
    "screening/not_selected.zh.txt" "screening/not_selected.en.txt"
}
letter_words! {
    Offered<'a> {
        title: &'a str, nickname: &'a str, added: bool, deadline: String, board: &'a str, starts: String,
        venue: &'a str
    }
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
    let recipients = recipient::find_all(txn, app, accounts).await?;
    let reply_by = deadline::of_invitations(event, app.now());
    let boards = boards::terms::of(event)?;
    let line = line::places(txn, event.id).await?;
    for seat in &seats.0 {
        // An erased account has no address any more.
        let Some(to) = recipients.get(&seat.registration.account_id) else { continue };
        // On which board a seat comes free decides who is next: over all of them there is no place in line.
        let in_line = line.get(&seat.registration.id).filter(|_| boards.is_empty()).copied().unwrap_or_default();
        let place = Place::of(event, &boards, seat.board.as_deref());
        let letter = outcome(app, event, (seat, in_line, &place), to, reply_by)?;
        letter::post(txn, app, of_run(event, run, &seat.registration, letter)).await?;
    }
    Ok(())
}

/// A seat came free or was added, and is this person's until the deadline.
pub async fn offered(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    (run, seat, board): (&run::Model, Seat, Option<&str>),
    moved_up: &registration::Model,
) -> Result<(), Fault> {
    let Some(to) = recipient::find(txn, app, moved_up.account_id).await? else { return Ok(()) };
    let place = Place::of(event, &boards::terms::of(event)?, board);
    let text = Offered {
        title: event.titled(to.language),
        nickname: &to.nickname,
        added: seat == Seat::Added,
        deadline: moment(app, event, moved_up.reply_by.unwrap_or_else(|| app.now()), &to),
        board: place.board.as_deref().unwrap_or_default(),
        starts: moment(app, event, place.starts_at, &to),
        venue: &place.venue,
    };
    let letter = Letter::new(app, "standby_offer", &to, text, &journey(event))?;
    letter::post(txn, app, of_run(event, run, moved_up, letter)).await
}

fn outcome(
    app: &App,
    event: &event::Model,
    (seat, in_line, place): (&seat::Seat, u64, &Place),
    to: &Recipient,
    reply_by: DateTime<Utc>,
) -> Result<Letter, Fault> {
    let (title, nickname, side) = (event.titled(to.language), to.nickname.as_str(), seat.registration.side);
    let stood = Stood::of(event, seat.points, seat.class, side)?;
    let standing = fluent::sentences(to.language, sentences::standing(Address::Formal, to.language, &seat.why, stood));
    let reasons = match &seat.refused {
        Some(refused) => sentences::on_boards(Address::Formal, to.language, refused, stood),
        None => sentences::reasons(Address::Formal, to.language, &seat.why, stood, seat.short),
    };
    let reasons = fluent::sentences(to.language, reasons);
    let (kind, path) = ("screened", journey(event));
    match seat.placed {
        Placed::Selected => {
            let deadline = moment(app, event, reply_by, to);
            let (starts, venue) = (moment(app, event, place.starts_at, to), place.venue.as_str());
            let text = Selected {
                title,
                nickname,
                standing,
                deadline,
                board: place.board.as_deref().unwrap_or_default(),
                starts,
                venue,
            };
            Letter::new(app, kind, to, text, &path)
        }
        Placed::Waitlisted => {
            let side = sentences::side_name(side, to.language);
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
