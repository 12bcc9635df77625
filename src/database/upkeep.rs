//! What is deleted is gone from the disk too, and what it took is given back.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbErr};

use super::{Database, Engine};
use crate::error::Fault;

impl Database {
    /// Brings what is committed into the database file and empties the write-ahead log, so that
    /// bytes deleted before are in neither. Readers may hold it up; it tries for a second and says
    /// whether it is done: what was committed is committed, also where it is not. PostgreSQL looks
    /// after its log itself.
    pub async fn checkpoint(&self) -> Result<bool, DbErr> {
        let Engine::Embedded(line) = &self.engine else { return Ok(true) };
        for _ in 0..20 {
            let line = line.clone();
            // In a task of its own: it may end a transaction that others wait for.
            match tokio::spawn(async move { line.checkpoint().await }).await {
                Ok(Ok(true)) => return Ok(true),
                Ok(Ok(false)) => {}
                Ok(Err(fault)) => tracing::warn!(%fault, "the write-ahead log could not be emptied"),
                Err(broken) => tracing::warn!(%broken, "the write-ahead log could not be emptied"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(false)
    }

    /// Has an embedded database look again at how large its tables have become, a few hundred rows of each: a house
    /// that opened with a handful of people asks otherwise for ten thousand. PostgreSQL does so by itself.
    ///
    /// # Errors
    /// Only faults.
    pub async fn measure_tables(&self) -> Result<(), Fault> {
        let Engine::Embedded(line) = &self.engine else { return Ok(()) };
        let line = line.clone();
        // In a task of its own: it may end a transaction that others wait for.
        tokio::spawn(async move { line.measure_tables().await }).await.map_err(Fault::of)?.map_err(Fault::of)
    }

    /// Writes the embedded database anew, so that nothing stands in it but what its rows say: after
    /// much was overwritten, and before anybody is served.
    ///
    /// # Errors
    /// Only faults, a full disk above all.
    pub async fn rewrite(&self) -> Result<(), DbErr> {
        if !self.is_postgres() {
            self.schema.execute_unprepared("VACUUM").await?;
            self.checkpoint().await?;
        }
        Ok(())
    }

    /// Gives what rows that are gone took back to the tables, where the database does not do so by
    /// itself: on PostgreSQL, whose dead rows would stand there until it thinks it worth its while.
    ///
    /// # Errors
    /// Where this house may not do that to its tables.
    pub async fn sweep_up(&self, tables: &[&str]) -> Result<(), DbErr> {
        if self.is_postgres() {
            self.schema.execute_unprepared(&format!("VACUUM {}", tables.join(", "))).await?;
        }
        Ok(())
    }
}
