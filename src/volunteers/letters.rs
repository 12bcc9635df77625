//! The letters of this room: what is due, to those it concerns.

use sea_orm::{EntityTrait, QueryFilter, entity::prelude::*};

use super::cases::Case;
use super::milestone::Milestone;
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::database::Write;
use crate::error::Fault;
use crate::events::crew::{self, Role};
use crate::mail::letter::{self, Letter, letter_words};
use crate::picks::own;
use crate::registrations::registration;

letter_words! {
    CaseDue<'a> { title: &'a str, one: &'a str, other: &'a str }
    "volunteers/case_due.zh.txt" "volunteers/case_due.en.txt"
}
letter_words! {
    FollowUp<'a> { title: &'a str, nickname: &'a str, partner: &'a str }
    "volunteers/follow_up.zh.txt" "volunteers/follow_up.en.txt"
}

/// To the volunteer in whose care a couple is, or to all of them, and to the two themselves.
pub(super) async fn post(txn: &Write, app: &App, case: &Case, milestone: Milestone) -> Result<(), Fault> {
    let volunteers = match case.volunteer_id {
        Some(volunteer) => vec![volunteer],
        None => {
            let crew = crew::Entity::find()
                .filter(crew::Column::EventId.eq(case.event.id))
                .filter(crew::Column::Role.eq(Role::Volunteer));
            crew.all(txn).await?.into_iter().map(|serves| serves.account_id).collect()
        }
    };
    let faces = own::faces(txn, case.couple.people()).await?;
    let called = |id: &Uuid| faces.get(id).map(|(badge, nickname)| format!("{badge} {nickname}")).unwrap_or_default();
    let [lo, hi] = case.couple.people();
    let (one, other) = (called(&lo), called(&hi));
    for volunteer in volunteers {
        let Some(to) = Recipient::find(txn, app, volunteer).await? else { continue };
        let text = CaseDue { title: case.event.titled(to.language), one: &one, other: &other };
        let path = format!("/volunteer/c/{}", case.couple.id);
        write(txn, app, case, milestone, Letter::new(app, "case_due", &to, text, &path)?).await?;
    }
    for (own, partner) in [(lo, &other), (hi, &one)] {
        let Some(person) = registration::Entity::find_by_id(own).one(txn).await? else { continue };
        let Some(to) = Recipient::find(txn, app, person.account_id).await? else { continue };
        let text = FollowUp { title: case.event.titled(to.language), nickname: &to.nickname, partner };
        let path = format!("/e/{}", case.event.slug);
        write(txn, app, case, milestone, Letter::new(app, "follow_up", &to, text, &path)?).await?;
    }
    Ok(())
}

async fn write(txn: &Write, app: &App, case: &Case, milestone: Milestone, letter: Letter) -> Result<(), Fault> {
    let account_id = letter.to.account_id.unwrap_or_default();
    let dedupe = Some(format!("{}:{}:{milestone:?}:{account_id}", letter.kind, case.couple.id));
    letter::post(txn, app, Letter { event_id: Some(case.event.id), dedupe, ..letter }).await
}
