//! Everyone who said yes gets a number.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use super::code::Secret;
use super::letters::{self, Occasion};
use super::{badge, code};
use crate::accounts::recipient;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;
use crate::mail::letter;
use crate::registrations::registration::{self, Side, Status};
use crate::screening::place;

/// Who was numbered now, and how many wear a number on each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Issued {
    pub issued: i32,
    pub men: i32,
    pub women: i32,
}

/// Numbers everyone confirmed who has no badge yet, in the order they applied, and writes to them.
/// Numbers go on where they stopped: nobody's number ever changes and none is left out. `actor` is
/// None where the clock does it, for those who confirmed late.
///
/// # Errors
/// 409 `phase_closed` before the confirmation and after the event; 404 where the event is gone.
pub async fn issue(app: &App, event_id: Uuid, actor: Option<Uuid>) -> Result<Issued, Error> {
    let txn = app.database.begin_write().await?;
    // One numbering at a time. Not an exclusive lock: the desks go on scanning meanwhile, and each
    // scan's foreign keys need this row.
    let event = event::Entity::find_by_id(event_id).lock(LockType::NoKeyUpdate).one(&txn).await?;
    let event = event.ok_or_else(Refused::not_found)?;
    event.requires_one_of(app.now(), &[Phase::Confirmation, Phase::OnSite])?;
    let waiting = waiting(&txn, event.id).await?;
    let (mut men, mut women) = (highest(&txn, event.id, Side::Men).await?, highest(&txn, event.id, Side::Women).await?);
    let accounts = waiting.iter().map(|registration| registration.account_id);
    let recipients = recipient::find_all(&txn, app, accounts).await?;
    let places = place::of_people(&txn, &event, waiting.iter().map(|registration| registration.id)).await?;
    let (mut badges, mut codes, mut written) = (Vec::new(), Vec::new(), Vec::new());
    for registration in &waiting {
        let last = match registration.side {
            Side::Men => &mut men,
            Side::Women => &mut women,
        };
        *last += 1;
        let badge = badge::Model {
            id: app.new_id(),
            event_id: event.id,
            registration_id: registration.id,
            side: registration.side,
            number: *last,
            issued_at: app.now(),
            reminded_at: None,
        };
        codes.push(Secret::fresh(app)?.row(app, badge.id)?);
        let to = (&recipients, registration.account_id);
        let place = places.of(&event, registration.id);
        written.extend(letters::letter(app, &event, to, Occasion::Badge, (badge.worn(), &place))?);
        badges.push(badge::ActiveModel {
            id: Set(badge.id),
            event_id: Set(badge.event_id),
            registration_id: Set(badge.registration_id),
            side: Set(badge.side),
            number: Set(badge.number),
            issued_at: Set(badge.issued_at),
            reminded_at: Set(None),
        });
    }
    let issued = i32::try_from(badges.len()).unwrap_or(i32::MAX);
    write(&txn, badges, codes).await?;
    for letter in written {
        letter::post(&txn, app, letter).await?;
    }
    if issued > 0 {
        let deed = actor.map_or_else(|| Deed::BadgesIssued.by_the_house(), |actor| Deed::BadgesIssued.by(actor));
        let deed = deed.at(event.organization_id, event.id).about("event", event.id);
        deed.with(json!({ "issued": issued })).record(&txn, app).await?;
    }
    let issued_badges = Issued { issued, men, women };
    txn.commit_telling(&issued_badges).await?;
    if issued > 0 {
        app.happenings.announce(event.id, What::BadgesIssued);
    }
    Ok(issued_badges)
}

/// Confirmed people without a badge, in the order they applied.
pub async fn waiting(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<registration::Model>, Fault> {
    let worn: Vec<Uuid> = badge::Entity::of_event(event_id)
        .select_only()
        .column(badge::Column::RegistrationId)
        .into_tuple()
        .all(db)
        .await?;
    let worn: HashSet<Uuid> = worn.into_iter().collect();
    let confirmed = registration::Entity::of_event(event_id)
        .filter(registration::Column::Status.eq(Status::Confirmed))
        .order_by_asc(registration::Column::Number)
        .all(db)
        .await?;
    Ok(confirmed.into_iter().filter(|registration| !worn.contains(&registration.id)).collect())
}

async fn highest(txn: &impl ConnectionTrait, event_id: Uuid, side: Side) -> Result<i32, Fault> {
    let last = badge::Entity::of_event(event_id)
        .filter(badge::Column::Side.eq(side))
        .order_by_desc(badge::Column::Number)
        .one(txn)
        .await?;
    Ok(last.map_or(0, |badge| badge.number))
}

async fn write(
    txn: &impl ConnectionTrait,
    badges: Vec<badge::ActiveModel>,
    codes: Vec<code::ActiveModel>,
) -> Result<(), Fault> {
    // Databases take a limited number of values in one statement.
    for some in badges.chunks(500) {
        badge::Entity::insert_many(some.to_vec()).exec_without_returning(txn).await?;
    }
    for some in codes.chunks(500) {
        code::Entity::insert_many(some.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}
