//! Where the database lies: what tells it from a copy of itself, which holds the very same rows.

use std::os::unix::fs::MetadataExt;

use anyhow::{Context, anyhow};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::Database;
use crate::error::Fault;

impl Database {
    /// The file on its disk, or the database in its cluster. A backup put back, a dump read in and a
    /// file copied lie elsewhere; a standby that took over does not.
    pub async fn whereabouts(&self) -> Result<String, Fault> {
        if self.is_postgres() {
            let question = "SELECT (SELECT system_identifier FROM pg_control_system())::text AS cluster, \
                oid::text AS number FROM pg_database WHERE datname = current_database()";
            let answer = self.reader.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
            let answer = answer.context("a database without a name")?;
            let (cluster, number) = (answer.try_get::<String>("", "cluster")?, answer.try_get::<String>("", "number")?);
            return Ok(format!("cluster {cluster} database {number}"));
        }
        let question = Statement::from_string(DbBackend::Sqlite, "PRAGMA database_list");
        let answer = self.reader.query_one_raw(question).await?.context("a database without a file")?;
        let file: String = answer.try_get("", "file")?;
        let file = std::fs::metadata(&file).map_err(|refused| anyhow!("{file}: {refused}"))?;
        Ok(format!("device {} file {}", file.dev(), file.ino()))
    }
}
