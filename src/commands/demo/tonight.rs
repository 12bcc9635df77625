//! An evening of a demonstration in the middle of it: people are inside, two rounds of dates are
//! over, the third runs, a few would like to say something on stage, and a pick round waits to be
//! opened.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::doors::arrive;
use super::people::who_came;
use crate::accounts::account;
use crate::app::App;
use crate::checkin::presence;
use crate::confessions::ask::{Wish, ask};
use crate::confessions::respond::respond;
use crate::dates::{call, plan};
use crate::error::{Error, Fault};
use crate::events::access::{Host, Organizer};
use crate::events::event;
use crate::events::phase::Phase;
use crate::picks;
use crate::registrations::registration::{self, Side};

/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn begin(app: &Arc<App>, desk: Uuid, organizer: &Organizer, now: DateTime<Utc>) -> Result<(), Error> {
    let host = Host { account: organizer.account, event: organizer.event.clone(), organizer: true };
    let until = now - Duration::minutes(27);
    arrive(app, desk, &host.event, until - Duration::minutes(3), until).await?;
    app.clock.set(until);
    plan::plan(app, &host, plan::PlanWishes::default()).await?;
    for (round, ago) in [(1, 24), (2, 12)] {
        app.clock.set(now - Duration::minutes(ago));
        call::start(app, &host, round).await?;
        app.clock.set(now - Duration::minutes(ago - 8));
        call::finish(app, &host, round).await?;
    }
    app.clock.set(now);
    call::start(app, &host, 3).await?;
    picks::plan::plan(app, &host, picks::plan::Plan { limit: 3, sides: None }).await?;
    would_speak(app, &host.event).await
}

/// 真情告白: of the first three men each asked the woman of his place; one said yes.
async fn would_speak(app: &App, event: &event::Model) -> Result<(), Error> {
    let (men, women) = (who_came(app, event, Side::Men).await?, who_came(app, event, Side::Women).await?);
    for (place, ((he, _), (she, worn))) in men.into_iter().zip(women).take(3).enumerate() {
        let confessions = ask(app, &he, &Wish { to: worn }).await?;
        if place == 1 {
            respond(app, &she, confessions, true).await?;
        }
    }
    Ok(())
}

/// One of each side who is inside the main event, to sign in as: mail address and number worn.
pub async fn two_inside(app: &App) -> Result<Vec<(String, String)>, Fault> {
    let db = app.database.reader();
    let Some(event) = event::by_slug(db, "qixi").await? else { return Ok(Vec::new()) };
    if event.phase(app.now()) != Phase::OnSite {
        return Ok(Vec::new());
    }
    let mut two = Vec::new();
    for side in [Side::Men, Side::Women] {
        let of_side = presence::Entity::inside(event.id).filter(presence::Column::Side.eq(side));
        let Some(guest) = of_side.order_by_asc(presence::Column::Number).one(db).await? else { continue };
        let person = registration::Entity::find_by_id(guest.registration_id).one(db).await?;
        let Some(person) = person else { continue };
        if let Some(account) = account::find(db, person.account_id).await? {
            two.push((account.address(&app.secrets)?, guest.worn().to_string()));
        }
    }
    Ok(two)
}
