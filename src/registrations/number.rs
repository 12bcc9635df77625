//! Applicant numbers, counted from 1 at each event in the order of applying.
//!
//! On PostgreSQL a number that is the next one only once the last is on disk would make everybody who
//! applies wait for everybody before them: one flush of the disk each, in a row, at the very minute
//! registration opens. So a number is taken beside the application's transaction, on a connection
//! that does not wait for the disk; the log is written in order, and an application that is on disk
//! has its number there too. A number that was taken by an application that then came to nothing
//! stays unused. The embedded database has one writer and counts inside the transaction.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sea_orm::sqlx::{PgConnection, query_scalar};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder, sqlx};
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use super::registration::{Column, Entity};
use crate::app::App;
use crate::database::Write;
use crate::error::Fault;

/// The connection that counts, and who waits for a number of which event.
#[derive(Default)]
struct Counter {
    connection: Mutex<Option<PgConnection>>,
    lines: std::sync::Mutex<HashMap<Uuid, Arc<Line>>>,
}

/// Those who apply to one event at this moment. Whoever is first counts for all of them: a question to
/// the database for each would make a line of questions.
#[derive(Default)]
struct Line {
    waiting: AtomicI32,
    ready: Mutex<VecDeque<i32>>,
}

/// How long the database may take to count.
const LONGEST: Duration = Duration::from_secs(10);

/// Rows that came by a list count too.
const COUNT: &str = "
    INSERT INTO registration_counter AS counter (event_id, last)
    VALUES ($1, (SELECT coalesce(max(number), 0) FROM registration WHERE event_id = $1) + $2)
    ON CONFLICT (event_id) DO UPDATE
    SET last = greatest(counter.last, (SELECT coalesce(max(number), 0) FROM registration WHERE event_id = $1)) + $2
    RETURNING last";

/// Takes the next number for one application, which is sure to be entered: everything is judged, and
/// the event is held.
pub async fn take(txn: &Write, app: &App, event_id: Uuid) -> Result<i32, Fault> {
    if !app.database.is_postgres() {
        return Ok(after_the_last(txn, event_id).await?);
    }
    let counter = app.extensions.get_or_default::<Counter>();
    let line = counter.line(event_id);
    line.waiting.fetch_add(1, Ordering::SeqCst);
    let mut ready = line.ready.lock().await;
    let taken = match ready.pop_front() {
        Some(number) => Ok(number),
        None => {
            // Everybody counted here stands behind this lock and takes one of them.
            let people = line.waiting.load(Ordering::SeqCst);
            counter.count(app, event_id, people).await.map(|last| {
                ready.extend(last - people + 2..=last);
                last - people + 1
            })
        }
    };
    line.waiting.fetch_sub(1, Ordering::SeqCst);
    taken
}

/// Takes the next numbers for so many applications that are sure to be entered.
pub async fn take_many(txn: &Write, app: &App, event_id: Uuid, people: usize) -> Result<Vec<i32>, Fault> {
    let many = i32::try_from(people).map_err(Fault::of)?;
    let first = if !app.database.is_postgres() {
        after_the_last(txn, event_id).await?
    } else if many == 1 {
        take(txn, app, event_id).await?
    } else {
        app.extensions.get_or_default::<Counter>().count(app, event_id, many).await? - many + 1
    };
    Ok((first..first + many).collect())
}

impl Counter {
    fn line(&self, event_id: Uuid) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lines.entry(event_id).or_default())
    }

    /// Counts on by so many; the last of the numbers.
    async fn count(&self, app: &App, event_id: Uuid, people: i32) -> Result<i32, Fault> {
        let mut open = self.connection.lock().await;
        if let Some(mut connection) = open.take()
            && let Ok(Ok(last)) = timeout(LONGEST, counted(&mut connection, event_id, people)).await
        {
            *open = Some(connection);
            return Ok(last);
        }
        // The first time, or the database went away or silent and came back.
        let mut connection = app.database.own_connection().await?;
        sqlx::query("SET synchronous_commit = off").execute(&mut connection).await.map_err(Fault::of)?;
        let counted = timeout(LONGEST, counted(&mut connection, event_id, people)).await;
        let last = counted.map_err(Fault::of)?.map_err(Fault::of)?;
        *open = Some(connection);
        Ok(last)
    }
}

async fn counted(connection: &mut PgConnection, event_id: Uuid, people: i32) -> Result<i32, sqlx::Error> {
    query_scalar(COUNT).bind(event_id).bind(people).fetch_one(connection).await
}

/// The number after the last, for whoever holds the event against everybody who applies.
pub async fn after_the_last(txn: &impl ConnectionTrait, event_id: Uuid) -> Result<i32, DbErr> {
    let last = Entity::of_event(event_id).order_by_desc(Column::Number).one(txn).await?;
    Ok(last.map_or(0, |last| last.number) + 1)
}
