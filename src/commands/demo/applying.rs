//! People of a demonstration apply, and the organizer decides.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::crowd::Crowd;
use super::people::{participant, signed_in};
use crate::accounts::consent::Sentence;
use crate::app::App;
use crate::batch::Request as _;
use crate::commands::rehearse::cast;
use crate::error::Error;
use crate::events::access::{Guest, Organizer};
use crate::language::Language;
use crate::registrations::access::Participant;
use crate::registrations::apply::{Application, Request, apply_all};
use crate::registrations::decide::decide_many;
use crate::registrations::verdict::{Decision, Verdicts};

/// A participant, and how busy they are online, 0 to 100.
pub struct Applicant {
    pub who: Participant,
    pub zeal: u32,
}

/// The first `count` of the crowd apply and are approved, but for every sixth where `some_wait` for
/// somebody to look.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn apply_and_approve(
    app: &App,
    crowd: &Crowd,
    organizer: &Organizer,
    count: usize,
    some_wait: bool,
) -> Result<Vec<Applicant>, Error> {
    let event = &organizer.event;
    let request = |(account, person): &(Uuid, cast::Applicant)| Request {
        guest: Guest { account: signed_in(*account), event: event.clone() },
        application: Application {
            unit_id: crowd.units.get(person.unit).copied(),
            unit_name: None,
            answers: BTreeMap::new(),
            consents: BTreeSet::from(Sentence::OF_APPLICATION),
        },
        read_in: Language::Zh,
    };
    let people = crowd.people.get(..count).unwrap_or(&crowd.people);
    let mut applicants = Vec::with_capacity(people.len());
    for some in people.chunks(Request::LARGEST) {
        let entered = apply_all(app, &some.iter().map(request).collect::<Vec<_>>()).await?;
        for ((_, person), registration) in some.iter().zip(entered) {
            applicants.push(Applicant { who: participant(event, registration?), zeal: person.zeal });
        }
    }
    let looked_at = applicants.iter().enumerate().filter(|(place, _)| !(some_wait && place % 6 == 5));
    let ids = looked_at.map(|(_, applicant)| applicant.who.registration.id).collect();
    let verdicts =
        Verdicts { decision: Decision::Approve, reason: Some("在职".to_owned()), ids: Some(ids), waiting: None };
    decide_many(app, organizer, verdicts).await?;
    Ok(applicants)
}
