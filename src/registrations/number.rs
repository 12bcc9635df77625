//! Applicant numbers, counted from 1 at each event in the order of applying.
//!
//! On PostgreSQL a number that is the next one only once the last is on disk would make everybody who
//! applies wait for everybody before them: one flush of the disk each, in a row, at the very minute
//! registration opens. So a number is taken beside the application's transaction, on a connection
//! that does not wait for the disk; the log is written in order, and an application that is on disk
//! has its number there too. A number that was taken by an application that then came to nothing
//! stays unused. The embedded database has one writer and counts inside the transaction.

use sea_orm::sqlx::{PgConnection, query_scalar};
use sea_orm::{ConnectionTrait, DbErr, QueryOrder, sqlx};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::registration::{Column, Entity};
use crate::app::App;
use crate::database::Write;
use crate::error::Error;

/// The connection that counts.
#[derive(Default)]
struct Counter(Mutex<Option<PgConnection>>);

/// Rows that came by a list count too.
const COUNT: &str = "
    INSERT INTO registration_counter AS counter (event_id, last)
    VALUES ($1, (SELECT coalesce(max(number), 0) + 1 FROM registration WHERE event_id = $1))
    ON CONFLICT (event_id) DO UPDATE
    SET last = greatest(counter.last, (SELECT coalesce(max(number), 0) FROM registration WHERE event_id = $1)) + 1
    RETURNING last";

/// Takes the next number for one application, which is sure to be entered: everything is judged, and
/// the event is held.
///
/// # Errors
/// Only faults.
pub async fn take(txn: &Write, app: &App, event_id: Uuid) -> Result<i32, Error> {
    if !app.database.is_postgres() {
        return Ok(after_the_last(txn, event_id).await?);
    }
    let counter = app.shelf.take::<Counter>();
    let mut open = counter.0.lock().await;
    if let Some(connection) = open.as_mut()
        && let Ok(number) = counted(connection, event_id).await
    {
        return Ok(number);
    }
    // The first one, or the database went away and came back.
    *open = None;
    let mut connection = app.database.own_connection().await?;
    sqlx::query("SET synchronous_commit = off").execute(&mut connection).await.map_err(Error::fault)?;
    let number = counted(&mut connection, event_id).await.map_err(Error::fault)?;
    *open = Some(connection);
    Ok(number)
}

async fn counted(connection: &mut PgConnection, event_id: Uuid) -> Result<i32, sqlx::Error> {
    query_scalar(COUNT).bind(event_id).fetch_one(connection).await
}

/// The number after the last, for whoever holds the event against everybody who applies.
///
/// # Errors
/// Only faults.
pub async fn after_the_last(txn: &impl ConnectionTrait, event_id: Uuid) -> Result<i32, DbErr> {
    let last = Entity::of_event(event_id).order_by_desc(Column::Number).one(txn).await?;
    Ok(last.map_or(0, |last| last.number) + 1)
}
