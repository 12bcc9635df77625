//! The letters of this room.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::accounts::recipient;
use crate::app::App;
use crate::badges::calendar;
use crate::error::Fault;
use crate::events::{crew, event};
use crate::mail::attachment::Attachment;
use crate::mail::letter::{Letter, letter_words};
use crate::page::when;
use crate::registrations::registration::{self, Status};
use crate::screening::place::{self, Place};

letter_words! {
    Postponed<'a> {
        title: &'a str, nickname: &'a str, reason: &'a str, when: String, venue: &'a str, before: String,
        venue_before: &'a str
    }
    "planning/postponed.zh.txt" "planning/postponed.en.txt"
}
letter_words! {
    PostponedSeat<'a> {
        title: &'a str, nickname: &'a str, reason: &'a str, when: String, venue: &'a str, before: String,
        venue_before: &'a str
    }
    "planning/postponed_seat.zh.txt" "planning/postponed_seat.en.txt"
}

/// Who reckons with the evening.
const CONCERNED: [Status; 5] =
    [Status::Applied, Status::Approved, Status::Selected, Status::Waitlisted, Status::Confirmed];

/// Somebody whom it concerns.
struct Concerned {
    account_id: Uuid,
    /// The evening before and after, where they have or may have their seat.
    places: (Place, Place),
    confirmed: bool,
}

/// To everybody who reckons with the evening: when and where it is now. Whoever said they come is asked whether they
/// still can, and their calendar takes the new time.
pub async fn of_postponed(
    txn: &impl ConnectionTrait,
    app: &App,
    (before, event): (&event::Model, &event::Model),
    reason: &str,
) -> Result<Vec<Letter>, Fault> {
    let concerned = concerned(txn, before, event).await?;
    let recipients = recipient::find_all(txn, app, concerned.iter().map(|one| one.account_id)).await?;
    let mut letters = Vec::with_capacity(concerned.len());
    for one in &concerned {
        let Some(to) = recipients.get(&one.account_id) else { continue };
        let moment = |at| when::moment_in_full(to.language, event.zone(), at, app.now());
        let (old, new) = &one.places;
        let titled = new.titled(event.titled(to.language));
        let (title, nickname, venue, venue_before) =
            (titled.as_str(), to.nickname.as_str(), new.venue.as_str(), old.venue.as_str());
        let (before, when) = (moment(old.starts_at), moment(new.starts_at));
        let letter = if one.confirmed {
            let text = PostponedSeat { title, nickname, reason, when, venue, before, venue_before };
            let letter = Letter::new(app, "postponed", to, text, &format!("/e/{}/me", event.slug))?;
            let badge = app.public_url(&format!("/e/{}/badge", event.slug));
            let title = event.titled(to.language);
            let entry = calendar::entry((event, new), title, one.account_id, &badge, app.now());
            let entry = Attachment::file("event.ics", "text/calendar; charset=utf-8", entry.as_bytes());
            Letter { attachments: vec![entry], ..letter }
        } else {
            let text = Postponed { title, nickname, reason, when, venue, before, venue_before };
            Letter::new(app, "postponed", to, text, &format!("/e/{}", event.slug))?
        };
        letters.push(Letter { event_id: Some(event.id), ..letter });
    }
    Ok(letters)
}

/// Applicants first; who works there besides is written to once.
async fn concerned(
    txn: &impl ConnectionTrait,
    before: &event::Model,
    event: &event::Model,
) -> Result<Vec<Concerned>, Fault> {
    let people = registration::Entity::of_event(event.id).filter(registration::Column::Status.is_in(CONCERNED));
    let people = people.all(txn).await?;
    let seated: Vec<Uuid> = people.iter().filter(|one| one.status.has_a_seat()).map(|one| one.id).collect();
    let old = place::of_people(txn, before, seated.iter().copied()).await?;
    let new = place::of_people(txn, event, seated).await?;
    let mut concerned: Vec<Concerned> = Vec::with_capacity(people.len());
    for one in people {
        let places = (old.of(before, one.id), new.of(event, one.id));
        let confirmed = one.status == Status::Confirmed;
        concerned.push(Concerned { account_id: one.account_id, places, confirmed });
    }
    let written: std::collections::HashSet<Uuid> = concerned.iter().map(|one| one.account_id).collect();
    let mut crew: Vec<Uuid> = crew::Entity::find()
        .filter(crew::Column::EventId.eq(event.id))
        .all(txn)
        .await?
        .iter()
        .map(|one| one.account_id)
        .collect();
    crew.sort_unstable();
    crew.dedup();
    for account_id in crew.into_iter().filter(|id| !written.contains(id)) {
        let places = (Place::of(before, &[], None), Place::of(event, &[], None));
        concerned.push(Concerned { account_id, places, confirmed: false });
    }
    Ok(concerned)
}
