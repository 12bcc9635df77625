//! The letter after a round: everybody who was there gets the same one, in the same moment. Who
//! picked whom back stands on their own pages and in no outbox, or whoever reads that would know.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, entity::prelude::*};

use super::round;
use crate::accounts::recipient;
use crate::app::App;
use crate::checkin::presence;
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::registrations::registration;

letter_words! {
    RoundOver<'a> { title: &'a str, nickname: &'a str, round: i32 }
    "picks/round_over.zh.txt" "picks/round_over.en.txt"
}

/// Writes to everybody who could pick and came that their result is ready. The order of the guests
/// must tell nothing of what they picked.
pub async fn post(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    round: &round::Model,
    guests: &[&registration::Model],
) -> Result<(), Fault> {
    let came = presence::Entity::who_came(event.id).all(txn).await?;
    let came: HashSet<Uuid> = came.into_iter().map(|presence| presence.registration_id).collect();
    let recipients = recipient::find_all(txn, app, guests.iter().map(|guest| guest.account_id)).await?;
    let path = format!("/e/{}/matches", event.slug);
    for guest in guests.iter().filter(|guest| came.contains(&guest.id)) {
        let Some(to) = recipients.get(&guest.account_id) else { continue };
        let text = RoundOver { title: event.titled(to.language), nickname: &to.nickname, round: round.number };
        let letter = Letter {
            event_id: Some(event.id),
            dedupe: Some(format!("round_over:{}:{}", round.id, guest.id)),
            ..Letter::new(app, "round_over", to, text, &path)?
        };
        letter::post(txn, app, letter).await?;
    }
    Ok(())
}
