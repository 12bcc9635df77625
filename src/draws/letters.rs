//! The letter of this room: somebody won.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{draw, win};
use crate::accounts::recipient;
use crate::app::App;
use crate::database::IDS_A_STATEMENT;
use crate::error::Fault;
use crate::events::event;
use crate::mail::letter::{self, Letter, letter_words};
use crate::page::fluent;
use crate::registrations::registration;

letter_words! {
    Won<'a> { title: &'a str, nickname: &'a str, draw: &'a str, prizes: String, venue: &'a str }
    "draws/won.zh.txt" "draws/won.en.txt"
}

/// Tells everybody who won what they won, in one letter.
pub async fn won(
    txn: &impl ConnectionTrait,
    app: &App,
    event: &event::Model,
    draw: &draw::Model,
    won: &[win::Model],
) -> Result<(), Fault> {
    let mut of_person: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    for one in won {
        let place = usize::try_from(one.prize - 1).unwrap_or_default();
        let name = draw.prizes.0.get(place).map(|prize| prize.name.as_str());
        of_person.entry(one.registration_id).or_default().extend(name);
    }
    let ids: Vec<Uuid> = of_person.keys().copied().collect();
    for some in ids.chunks(IDS_A_STATEMENT) {
        let people = registration::Entity::find().filter(registration::Column::Id.is_in(some.iter().copied()));
        let people = people.all(txn).await?;
        let recipients = recipient::find_all(txn, app, people.iter().map(|one| one.account_id)).await?;
        for person in people {
            let (Some(to), Some(prizes)) = (recipients.get(&person.account_id), of_person.get(&person.id)) else {
                continue;
            };
            let text = Won {
                title: event.titled(to.language),
                nickname: &to.nickname,
                draw: &draw.name,
                prizes: fluent::list(to.language, prizes),
                venue: &event.venue,
            };
            let letter = Letter::new(app, "draw_won", to, text, &format!("/e/{}/draws", event.slug))?;
            let dedupe = Some(format!("draw_won:{}:{}", draw.id, person.id));
            letter::post(txn, app, Letter { event_id: Some(event.id), dedupe, ..letter }).await?;
        }
    }
    Ok(())
}
