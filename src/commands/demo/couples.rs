//! What a finished evening of a demonstration came to: who came, who chose each other, and how the
//! volunteer asked after them.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::crowd::CHUNK;
use crate::accounts::SignedIn;
use crate::accounts::signed_in::Via;
use crate::app::App;
use crate::badges::badge;
use crate::checkin::presence;
use crate::couples::agree::{ConsentChoice, agree};
use crate::couples::couple;
use crate::error::Error;
use crate::events::event;
use crate::language::Language;
use crate::picks::{matched, round};
use crate::registrations::registration::{self, Side};
use crate::volunteers::follow_up::State;
use crate::volunteers::tend::{self, CaseReport};

/// What a pair does: whether he and she agree, how many days after the evening, and what the volunteer
/// heard on which day after that.
type Pair = (bool, bool, i64, &'static [(i64, State, &'static str)]);

const PAIRS: [Pair; 12] = [
    (true, true, 0, &[(3, State::GettingToKnow, "互加了微信，每天都聊。")]),
    (true, true, 0, &[(3, State::GettingToKnow, "约了周末看展。"), (21, State::Dating, "在一起了，两边单位离得近。")]),
    (true, true, 0, &[(4, State::Dating, "")]),
    (true, true, 0, &[]),
    (true, true, 0, &[(3, State::Unreachable, "电话没人接，过几天再问。")]),
    (true, true, 0, &[(3, State::GettingToKnow, ""), (20, State::Parted, "觉得更适合做朋友。")]),
    (true, true, 0, &[(3, State::GettingToKnow, "她值夜班，见面少。"), (22, State::Dating, "")]),
    (true, true, 20, &[]),
    (true, true, 22, &[]),
    (true, true, 24, &[]),
    // One of two is not enough: nobody ever hears of these.
    (true, false, 0, &[]),
    (false, false, 0, &[]),
];

/// Lets the people come, choose each other, and be asked.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn come_of(app: &Arc<App>, volunteer: Uuid, event: &event::Model, now: DateTime<Utc>) -> Result<(), Error> {
    app.clock.set(event.starts_at);
    let badges = badge::Entity::of_event(event.id).order_by_asc(badge::Column::Number);
    let badges = badges.all(app.database.reader()).await?;
    arrive(app, event, &badges).await?;
    app.clock.set(event.ends_at);
    let side = |side| badges.iter().filter(move |badge| badge.side == side).map(|badge| badge.registration_id);
    let pairs: Vec<(Uuid, Uuid)> = side(Side::Men).zip(side(Side::Women).skip(2)).take(2 * PAIRS.len()).collect();
    for ((he, she), found) in pairs.iter().zip(choose(app, event, &pairs).await?) {
        let Some((he_agrees, she_agrees, days, heard)) = PAIRS.get(found.1 % PAIRS.len()).copied() else { continue };
        app.clock.set(event.ends_at + Duration::days(days));
        for (person, agrees) in [(*he, he_agrees), (*she, she_agrees)] {
            if let Some(person) = registration::Entity::find_by_id(person).one(app.database.reader()).await? {
                let said = ConsentChoice { show: agrees, follow_up: agrees };
                agree(app, signed_in(person.account_id), found.0, said).await?;
            }
        }
        let Some(couple) = couple::of_match(app.database.reader(), found.0).await? else { continue };
        for (day, state, note) in heard {
            let at = event.ends_at + Duration::days(days + day);
            if at <= now {
                app.clock.set(at);
                let heard = CaseReport { state: *state, note: (*note).to_owned(), at: None };
                tend::note(app, signed_in(volunteer), couple.id, heard).await?;
            }
        }
    }
    Ok(())
}

fn signed_in(account_id: Uuid) -> SignedIn {
    SignedIn { account_id, administrator: false, lacks_factor: false, language: Language::Zh, via: Via::Token(None) }
}

/// Nine of ten come.
///
/// # Errors
/// Only faults.
pub async fn arrive(app: &App, event: &event::Model, badges: &[badge::Model]) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    let came = badges.iter().enumerate().filter(|(place, _)| place % 10 != 9);
    let rows: Vec<presence::ActiveModel> = came
        .map(|(_, badge)| presence::ActiveModel {
            registration_id: Set(badge.registration_id),
            event_id: Set(event.id),
            side: Set(badge.side),
            number: Set(badge.number),
            inside: Set(true),
            since: Set(app.now()),
            device: Set("东门".to_owned()),
            moved_at: Set(app.now()),
            attempt_id: Set(app.new_id()),
            nickname: Set(None),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        presence::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(&txn).await?;
    }
    txn.commit().await
}

/// A round that is over, and its matches by the place of their pair.
async fn choose(app: &App, event: &event::Model, pairs: &[(Uuid, Uuid)]) -> Result<Vec<(Uuid, usize)>, Error> {
    let txn = app.database.begin_write().await?;
    let (id, now) = (app.new_id(), app.now());
    let over = round::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        number: Set(1),
        most: Set(3),
        sides: Set(event.sides),
        state: Set(round::State::Tallied),
        coin: Set(None),
        planned_at: Set(event.starts_at),
        opened_at: Set(Some(now)),
        closed_at: Set(Some(now)),
        tallied_at: Set(Some(now)),
        receipts: Set(json!([])),
        ballots: Set(None),
        picks: Set(None),
        matches: Set(None),
        unused: Set(false),
    };
    over.insert(&txn).await?;
    let mut found = Vec::new();
    for (place, (he, she)) in pairs.iter().enumerate() {
        let (lo, hi) = matched::ordered(*he, *she);
        let row = matched::ActiveModel {
            id: Set(app.new_id()),
            event_id: Set(event.id),
            round_id: Set(id),
            lo_id: Set(lo),
            hi_id: Set(hi),
            on_stage: Set(place % 3 == 0),
            found_at: Set(now),
        };
        found.push((row.insert(&txn).await?.id, place));
    }
    txn.commit().await?;
    Ok(found)
}
