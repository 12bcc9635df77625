//! The ranking of an event as everybody sees it: computed once for all who ask, at most two seconds
//! old. While people keep asking it is renewed behind their backs, so that nobody waits for it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, JoinType, QueryFilter, QuerySelect};

use super::fold::Tally;
use super::ladder::{Ladder, Rung};
use super::rules::RuleSet;
use super::running::Running;
use crate::accounts::profile;
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::registrations::registration::{self, Side, Status};
use crate::registrations::side_seats;

/// Nobody is shown an older one.
const OLDEST: Duration = Duration::seconds(2);
/// From this age on, whoever asks has it renewed for those after.
const RIPE: Duration = Duration::seconds(1);
/// Events remembered; those nobody looks at are forgotten beyond that.
const KEPT: usize = 64;

/// Both sides of an event at one moment.
#[derive(Debug)]
pub struct Board {
    pub men: Ladder,
    pub women: Ladder,
    /// When it was read, by the house's clock.
    pub at: DateTime<Utc>,
}

/// The boards of all events, on the house's shelf.
#[derive(Default)]
pub struct Boards(Mutex<HashMap<Uuid, Arc<Slot>>>);

#[derive(Default)]
struct Slot {
    /// The board, and the revision of what it was read from.
    current: Mutex<Option<(Arc<Board>, u64)>>,
    /// Readings begun so far, and the one the board is from.
    begun: AtomicU64,
    latest_reading: AtomicU64,
    /// Held by whoever reads the board anew.
    renewing: tokio::sync::Mutex<Running>,
}

impl Board {
    #[must_use]
    pub fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Men => &self.men,
            Side::Women => &self.women,
        }
    }
}

/// The board of an event, at most two seconds old.
pub async fn of_event(app: &Arc<App>, event: &event::Model) -> Result<Arc<Board>, Fault> {
    let slot = app.extensions.get_or_default::<Boards>().slot(event.id, app.now());
    if let Some(board) = slot.younger_than(OLDEST, app.now()) {
        if app.now() - board.at >= RIPE && slot.renewing.try_lock().is_ok() {
            let (app, event) = (Arc::clone(app), event.clone());
            tokio::spawn(async move {
                if let Err(fault) = renew(&app, &slot, &event, RIPE).await {
                    tracing::warn!(?fault, "a board was not renewed");
                }
            });
        }
        return Ok(board);
    }
    renew(app, &slot, event, OLDEST).await
}

/// The board of an event as it is now: for whoever is told where they stand themselves. It is read again where
/// anything was announced since that moves somebody, or where it is not heard what other processes announce.
pub async fn anew(app: &App, event: &event::Model) -> Result<Arc<Board>, Fault> {
    let slot = app.extensions.get_or_default::<Boards>().slot(event.id, app.now());
    let revision = app.happenings.revision_of_standing(event.id);
    let is_heard = app.database.changes().are_heard();
    if let Some(board) = slot.younger_than(OLDEST, app.now()).filter(|_| is_heard && slot.is_of(revision)) {
        return Ok(board);
    }
    let begun_before = slot.begun.load(Ordering::SeqCst);
    let mut running = slot.renewing.lock().await;
    // Whoever read while this one waited began after it asked.
    match slot.latest().filter(|_| slot.latest_reading.load(Ordering::SeqCst) > begun_before) {
        Some(board) => Ok(board),
        None => slot.read(app, event, &mut running).await,
    }
}

/// Reads the board anew, unless somebody else did while this one waited its turn.
async fn renew(app: &App, slot: &Slot, event: &event::Model, good_enough: Duration) -> Result<Arc<Board>, Fault> {
    let mut running = slot.renewing.lock().await;
    match slot.younger_than(good_enough, app.now()) {
        Some(board) => Ok(board),
        None => slot.read(app, event, &mut running).await,
    }
}

async fn read(
    db: &impl ConnectionTrait,
    event: &event::Model,
    now: DateTime<Utc>,
    running: &mut Running,
) -> Result<Board, Fault> {
    let rules = RuleSet::of(event)?;
    let tallies = running.catch_up(db, event.id).await?;
    let nobody = Tally::default();
    let (mut men, mut women) = (Vec::new(), Vec::new());
    for (registration_id, side, class, number, nickname) in everybody(db, event.id).await? {
        let points = tallies.get(&registration_id).unwrap_or(&nobody).points(&rules);
        let rung = Rung { registration_id, nickname, class, points, number };
        match side {
            Side::Men => men.push(rung),
            Side::Women => women.push(rung),
        }
    }
    Ok(Board {
        men: Ladder::of(men, side_seats::of(event, Side::Men)?),
        women: Ladder::of(women, side_seats::of(event, Side::Women)?),
        at: now,
    })
}

/// Everybody who takes part, by nickname.
async fn everybody(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<(Uuid, Side, i32, i32, String)>, DbErr> {
    registration::Entity::of_event(event_id)
        .filter(registration::Column::Status.is_not_in([Status::Applied, Status::Rejected, Status::Withdrawn]))
        .join(JoinType::InnerJoin, registration::Entity::to_profile())
        .select_only()
        .column(registration::Column::Id)
        .column(registration::Column::Side)
        .column(registration::Column::Class)
        .column(registration::Column::Number)
        .column(profile::Column::Nickname)
        .into_tuple()
        .all(db)
        .await
}

impl Boards {
    fn slot(&self, event_id: Uuid, now: DateTime<Utc>) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() > KEPT {
            slots.retain(|_, slot| slot.younger_than(OLDEST, now).is_some());
        }
        Arc::clone(slots.entry(event_id).or_default())
    }
}

impl Slot {
    /// Reads the board and shows it.
    async fn read(&self, app: &App, event: &event::Model, running: &mut Running) -> Result<Arc<Board>, Fault> {
        let reading = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let revision = app.happenings.revision_of_standing(event.id);
        // By the terms of now: whoever waited for their turn brought those of before.
        let terms = match event::recall(app, &event.slug) {
            Some(known) => Some(known),
            None => event::find_by_slug(app, &event.slug).await?,
        };
        let board = read(app.database.reader(), terms.as_ref().unwrap_or(event), app.now(), running).await?;
        let board = Arc::new(board);
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&board), revision));
        self.latest_reading.store(reading, Ordering::SeqCst);
        Ok(board)
    }

    fn latest(&self) -> Option<Arc<Board>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(board, _)| Arc::clone(board))
    }

    fn is_of(&self, revision: u64) -> bool {
        self.current.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|(_, read)| *read == revision)
    }

    /// None also where the clock was put back behind the board: nobody knows how old it is.
    fn younger_than(&self, age: Duration, now: DateTime<Utc>) -> Option<Arc<Board>> {
        self.latest().filter(|board| (Duration::zero()..age).contains(&(now - board.at)))
    }
}
