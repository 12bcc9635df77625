//! The online phase of a demonstration: who signed in, answered and wrote on which day.

use chrono::Duration;
use rand::RngExt;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::crowd::CHUNK;
use super::plaza::sample_text;
use crate::app::App;
use crate::chance::seeded;
use crate::error::Error;
use crate::events::event;
use crate::plaza::contribution;
use crate::points::entry;
use crate::points::rules::Rule;

/// Signs people in and lets them answer, day by day, as zealously as each of them is.
///
/// # Errors
/// Only faults.
pub async fn five_days(app: &App, event: &event::Model, people: &[(Uuid, u32)], days: i64) -> Result<(), Error> {
    let mut dice = seeded(*b"queqiao demo, five lively days!!");
    let begun = app.now();
    let (mut lines, mut posts) = (Vec::new(), Vec::new());
    for day in 0..days {
        app.clock.set(begun + Duration::days(day));
        for (registration_id, zeal) in people {
            let mut earns = |rule: Rule, share: u32, subject: &str| {
                if dice.random_range(0..100) < zeal * share / 100 {
                    lines.push(line(app, event, *registration_id, rule, subject));
                    return true;
                }
                false
            };
            if day == 0 {
                earns(Rule::Profile, 130, "");
            }
            earns(Rule::SignIn, 100, "");
            earns(Rule::Quiz, 75, &format!("day-{}", day + 1));
            let id = app.new_id();
            if earns(Rule::Post, 25, &id.to_string()) && posts.len() < 120 {
                posts.push(post(app, event, (id, *registration_id), posts.len()));
            }
        }
    }
    let txn = app.database.begin_write().await?;
    for chunk in lines.chunks(CHUNK) {
        entry::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(&txn).await?;
    }
    for chunk in posts.chunks(CHUNK) {
        contribution::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(&txn).await?;
    }
    txn.commit().await
}

fn line(app: &App, event: &event::Model, registration_id: Uuid, rule: Rule, subject: &str) -> entry::ActiveModel {
    entry::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        registration_id: Set(registration_id),
        rule: Set(rule),
        day: Set(event.day(app.now())),
        subject: Set(subject.to_owned()),
        effect: Set(1),
        reverses: Set(None),
        actor_id: Set(None),
        reason: Set(None),
        at: Set(app.now()),
    }
}

fn post(
    app: &App,
    event: &event::Model,
    (id, registration_id): (Uuid, Uuid),
    place: usize,
) -> contribution::ActiveModel {
    let kind = if place.is_multiple_of(3) { contribution::Kind::Declaration } else { contribution::Kind::Post };
    contribution::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        registration_id: Set(registration_id),
        kind: Set(kind),
        post_id: Set(None),
        body: Set(sample_text(kind, place)),
        day: Set(event.day(app.now())),
        state: Set(contribution::State::Approved),
        reason: Set(None),
        decided_by: Set(None),
        decided_at: Set(Some(app.now())),
        at: Set(app.now()),
    }
}
