//! A draw as anybody may see it: what was published before it, what it came to, and nobody but by their badge.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::draw::{self, Among, Source, State};
use super::{call, entry, win};
use crate::badges::face::{self, Face};
use crate::error::Fault;
use queqiao_screening::{draw_record, lottery};

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawView {
    #[serde(skip)]
    pub id: Uuid,
    /// Counts the draws of the event from 1.
    pub number: i32,
    pub name: String,
    pub state: State,
    pub among: Among,
    pub source: Source,
    /// Whether one person may win more than once.
    pub again: bool,
    /// Whether whoever is not inside at the draw is passed over.
    pub present: bool,
    pub prizes: Vec<DrawnPrize>,
    pub fixed_at: Option<DateTime<Utc>>,
    /// How many the list holds.
    pub people: Option<i32>,
    /// `SHA-256("queqiao/draw/v1" ‖ 0x00 ‖ announcement)`.
    pub fingerprint: Option<String>,
    /// Merkle root (RFC 6962) over the salted leaves.
    pub list_root: Option<String>,
    /// The text that the fingerprint is of.
    pub announcement: Option<String>,
    /// Numbers called from the floor, so far.
    pub calls: Vec<i32>,
    pub beacon: Option<String>,
    pub seed: Option<String>,
    /// How many of the list were passed over.
    pub passed_over: Option<usize>,
    pub held_at: Option<DateTime<Utc>>,
    /// Why it was called off.
    pub reason: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawnPrize {
    pub name: String,
    pub seats: u32,
    /// The smallest ticket first; nobody before the draw.
    pub winners: Vec<DrawWinner>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawWinner {
    /// Null where no badge was issued.
    #[schema(example = "女008")]
    pub badge: Option<String>,
    /// The line of the list.
    pub leaf: String,
    #[serde(skip)]
    pub registration_id: Uuid,
    /// For those who draw.
    #[serde(skip)]
    pub nickname: String,
}

/// Everything of an event, latest first.
pub async fn of_event(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<DrawView>, Fault> {
    views(db, event_id, draw::of_event(db, event_id).await?).await
}

/// One draw.
pub async fn of_draw(db: &impl ConnectionTrait, draw: draw::Model) -> Result<DrawView, Fault> {
    let mut one = views(db, draw.event_id, vec![draw]).await?;
    one.pop().ok_or_else(|| anyhow::anyhow!("a draw has no view").into())
}

async fn views(db: &impl ConnectionTrait, event_id: Uuid, draws: Vec<draw::Model>) -> Result<Vec<DrawView>, Fault> {
    if draws.is_empty() {
        return Ok(Vec::new());
    }
    let ids: HashSet<Uuid> = draws.iter().map(|draw| draw.id).collect();
    let won = win::of_event(db, event_id).await?;
    let won: Vec<win::Model> = won.into_iter().filter(|won| ids.contains(&won.draw_id)).collect();
    let faces = face::faces(db, won.iter().map(|won| won.registration_id).collect::<HashSet<_>>()).await?;
    let leaves = winning_leaves(db, &won).await?;
    let (calls, passed_over) = (calls(db, &ids).await?, passed_over(db, &ids).await?);
    let view = |draw: draw::Model| {
        let won = || won.iter().filter(|won| won.draw_id == draw.id);
        let prize = |(place, prize): (i32, &queqiao_screening::draw::Prize)| DrawnPrize {
            name: prize.name.clone(),
            seats: prize.seats,
            winners: won().filter(|won| won.prize == place).map(|won| winner(won, &faces, &leaves)).collect(),
        };
        let seed = seed(&draw);
        DrawView {
            prizes: (1..).zip(&draw.prizes.0).map(prize).collect(),
            calls: calls.get(&draw.id).cloned().unwrap_or_default(),
            passed_over: draw.held_at.map(|_| passed_over.get(&draw.id).copied().unwrap_or_default()),
            id: draw.id,
            number: draw.number,
            name: draw.name,
            state: draw.state,
            among: draw.among,
            source: draw.source,
            again: draw.again,
            present: draw.present,
            fixed_at: draw.fixed_at,
            people: draw.people,
            fingerprint: draw.fingerprint,
            list_root: draw.list_root,
            announcement: draw.announcement,
            beacon: draw.beacon,
            seed,
            held_at: draw.held_at,
            reason: draw.reason,
        }
    };
    Ok(draws.into_iter().map(view).collect())
}

fn winner(won: &win::Model, faces: &HashMap<Uuid, Face>, leaves: &HashMap<(Uuid, Uuid), String>) -> DrawWinner {
    let face = faces.get(&won.registration_id);
    DrawWinner {
        registration_id: won.registration_id,
        badge: face.and_then(|face| face.worn).map(|worn| worn.to_string()),
        nickname: face.map(|face| face.nickname.clone()).unwrap_or_default(),
        leaf: leaves.get(&(won.draw_id, won.registration_id)).cloned().unwrap_or_default(),
    }
}

/// What the tickets were made by; None before the draw.
#[must_use]
pub fn seed(draw: &draw::Model) -> Option<String> {
    let fingerprint = draw_record::hash(draw.fingerprint.as_deref()?)?;
    Some(HEXLOWER.encode(&lottery::seed(&[], &fingerprint, draw.beacon.as_deref()?)))
}

/// The leaves of those who won, by draw and person.
async fn winning_leaves(db: &impl ConnectionTrait, won: &[win::Model]) -> Result<HashMap<(Uuid, Uuid), String>, DbErr> {
    let mut of_draw: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for one in won {
        of_draw.entry(one.draw_id).or_default().push(one.registration_id);
    }
    let mut leaves = HashMap::new();
    for (draw, people) in of_draw {
        for some in people.chunks(crate::database::IDS_A_STATEMENT) {
            let found = entry::Entity::find()
                .filter(entry::Column::DrawId.eq(draw))
                .filter(entry::Column::RegistrationId.is_in(some.iter().copied()));
            let found = found.all(db).await?;
            leaves.extend(found.into_iter().map(|entry| ((draw, entry.registration_id), entry.leaf)));
        }
    }
    Ok(leaves)
}

async fn calls(db: &impl ConnectionTrait, draws: &HashSet<Uuid>) -> Result<HashMap<Uuid, Vec<i32>>, DbErr> {
    let called = call::Entity::find().filter(call::Column::DrawId.is_in(draws.iter().copied()));
    let mut calls: HashMap<Uuid, Vec<i32>> = HashMap::new();
    for call in called.order_by_asc(call::Column::Place).all(db).await? {
        calls.entry(call.draw_id).or_default().push(call.number);
    }
    Ok(calls)
}

async fn passed_over(db: &impl ConnectionTrait, draws: &HashSet<Uuid>) -> Result<HashMap<Uuid, usize>, DbErr> {
    let gone = entry::Entity::find()
        .filter(entry::Column::DrawId.is_in(draws.iter().copied()))
        .filter(entry::Column::PassedOver.is_not_null())
        .select_only()
        .column(entry::Column::DrawId)
        .column_as(entry::Column::RegistrationId.count(), "people")
        .group_by(entry::Column::DrawId);
    let counts = gone.into_tuple::<(Uuid, i64)>().all(db).await?;
    Ok(counts.into_iter().map(|(draw, people)| (draw, usize::try_from(people).unwrap_or_default())).collect())
}
