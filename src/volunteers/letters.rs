//! The letters of this room: what is due, to those it concerns; and what a volunteer and a couple write to each other.

use sea_orm::EntityTrait;
use uuid::Uuid;

use super::cases::{self, Case};
use super::milestone::Milestone;
use super::question;
use crate::accounts::profile;
use crate::accounts::recipient::{self, Recipient};
use crate::app::App;
use crate::badges::face::{self, Face};
use crate::couples::couple;
use crate::database::Write;
use crate::error::Fault;
use crate::events::crew::{self, Role};
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::registrations::registration;

letter_words! {
    CaseDue<'a> { title: &'a str, one: &'a str, other: &'a str }
    "volunteers/case_due.zh.txt" "volunteers/case_due.en.txt"
}
letter_words! {
    CaseLetter<'a> { title: &'a str, nickname: &'a str, volunteer: &'a str, text: &'a str }
    "volunteers/case_letter.zh.txt" "volunteers/case_letter.en.txt"
}
letter_words! {
    CaseReply<'a> { title: &'a str, one: &'a str }
    "volunteers/case_reply.zh.txt" "volunteers/case_reply.en.txt"
}
letter_words! {
    FollowUp<'a> { title: &'a str, nickname: &'a str, partner: &'a str }
    "volunteers/follow_up.zh.txt" "volunteers/follow_up.en.txt"
}

/// To the volunteer in whose care a couple is, or to all of them.
pub(super) async fn post(txn: &Write, app: &App, case: &Case, milestone: Milestone) -> Result<(), Fault> {
    let volunteers = match case.volunteer_id {
        Some(volunteer) => vec![volunteer],
        None => crew::in_role(txn, case.event.id, Role::Volunteer).await?,
    };
    let [lo, hi] = case.couple.people();
    let (one, other) = (called_by_face(txn, lo).await?, called_by_face(txn, hi).await?);
    for volunteer in volunteers {
        if cases::is_one_of(txn, &case.couple, volunteer).await? {
            continue;
        }
        let Some(to) = recipient::find(txn, app, volunteer).await? else { continue };
        let text = CaseDue { title: case.event.titled(to.language), one: &one, other: &other };
        let path = format!("/volunteer/c/{}", case.couple.id);
        let dedupe = Some(format!("case_due:{}:{milestone:?}:{volunteer}", case.couple.id));
        let letter = Letter::new(app, "case_due", &to, text, &path)?;
        letter::post(txn, app, Letter { event_id: Some(case.event.id), dedupe, ..letter }).await?;
    }
    Ok(())
}

/// Asks one of a couple how it goes, with a link that answers once.
pub(super) async fn ask(
    txn: &Write,
    app: &App,
    event: &event::Model,
    couple: &couple::Model,
    own: Uuid,
    milestone: Milestone,
    turn: i32,
) -> Result<(), Fault> {
    let Some(to) = reader(txn, app, own).await? else { return Ok(()) };
    let Some(id) = question::ask(txn, app, couple.id, own, milestone, turn).await? else { return Ok(()) };
    let [lo, hi] = couple.people();
    let partner = called_by_face(txn, if own == lo { hi } else { lo }).await?;
    let text = FollowUp { title: event.titled(to.language), nickname: &to.nickname, partner: &partner };
    let path = format!("/answer?token={}", question::token(app, id));
    let letter = Letter::new(app, "follow_up", &to, text, &path)?;
    let dedupe = Some(format!("follow_up:{id}"));
    letter::post(txn, app, Letter { event_id: Some(event.id), dedupe, ..letter }).await
}

/// What their volunteer writes to one of a couple.
#[expect(clippy::too_many_arguments, reason = "what a letter is made of")]
pub(super) async fn post_written(
    txn: &Write,
    app: &App,
    event: &event::Model,
    couple: &couple::Model,
    own: Uuid,
    volunteer: Uuid,
    id: Uuid,
    text: &str,
) -> Result<(), Fault> {
    let Some(to) = reader(txn, app, own).await? else { return Ok(()) };
    let volunteer = profile::nicknames(txn, [volunteer]).await?.remove(&volunteer).unwrap_or_default();
    let title = event.titled(to.language);
    let text = CaseLetter { title, nickname: &to.nickname, volunteer: &volunteer, text };
    let path = format!("/e/{}/matches/{}/letters", event.slug, couple.match_id);
    let letter = Letter::new(app, "case_letter", &to, text, &path)?;
    let dedupe = Some(format!("case_letter:{id}"));
    letter::post(txn, app, Letter { event_id: Some(event.id), dedupe, ..letter }).await
}

/// That one of a couple answered; what they say stands with the case and in no letter.
pub(super) async fn post_reply(
    txn: &Write,
    app: &App,
    event: &event::Model,
    couple: &couple::Model,
    own: Uuid,
    volunteer: Uuid,
    id: Uuid,
) -> Result<(), Fault> {
    let Some(to) = recipient::find(txn, app, volunteer).await? else { return Ok(()) };
    let one = called_by_face(txn, own).await?;
    let text = CaseReply { title: event.titled(to.language), one: &one };
    let letter = Letter::new(app, "case_reply", &to, text, &format!("/volunteer/c/{}", couple.id))?;
    let dedupe = Some(format!("case_reply:{id}"));
    letter::post(txn, app, Letter { event_id: Some(event.id), dedupe, ..letter }).await
}

async fn called_by_face(txn: &Write, registration_id: Uuid) -> Result<String, Fault> {
    let faces = face::faces(txn, [registration_id]).await?;
    Ok(faces.get(&registration_id).map(Face::to_string).unwrap_or_default())
}

async fn reader(txn: &Write, app: &App, registration_id: Uuid) -> Result<Option<Recipient>, Fault> {
    let Some(person) = registration::Entity::find_by_id(registration_id).one(txn).await? else { return Ok(None) };
    recipient::find(txn, app, person.account_id).await
}
