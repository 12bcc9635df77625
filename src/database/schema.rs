//! Whether this binary and the schema belong together. In a rolling upgrade the older binary goes on
//! serving where every migration it does not know says that it may; the newer one writes that down in
//! the database before it migrates, where the older one can read it.

use std::collections::HashSet;

use anyhow::{Context, bail};
use migration::{LIVED_WITH, Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, Value};

/// How the schema stands to this binary.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Known here and not yet applied, in order.
    pub pending: Vec<String>,
    /// Applied by a newer binary; this one may live with them.
    pub newer: Vec<String>,
    /// Applied by a newer binary, and not for this one.
    pub foreign: Vec<String>,
}

impl Standing {
    /// Reads it.
    pub async fn of(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let applied = if exists(db, "seaql_migrations").await? {
            names(db, "SELECT version FROM seaql_migrations ORDER BY version").await?
        } else {
            Vec::new()
        };
        let known = known();
        let pending = known.iter().filter(|name| !applied.contains(name)).cloned().collect();
        let unknown: Vec<String> = applied.into_iter().filter(|name| !known.contains(name)).collect();
        let mut standing = Self { pending, ..Self::default() };
        if !unknown.is_empty() {
            let lived_with: HashSet<String> = names(db, "SELECT name FROM schema_mark").await?.into_iter().collect();
            (standing.newer, standing.foreign) = unknown.into_iter().partition(|name| lived_with.contains(name));
        }
        Ok(standing)
    }

    /// Whether this binary may serve.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.pending.is_empty() && self.foreign.is_empty()
    }

    /// That this binary is the older one, in words; None where it is not.
    #[must_use]
    pub fn older_binary(&self) -> Option<String> {
        let (first, others) = self.foreign.split_first()?;
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        Some(format!(
            "this binary is older than the database: a newer one applied {first}{more}, with which this one cannot \
             live; start the newer one"
        ))
    }
}

/// Brings the schema up to date; what is newer than this binary and made for it is left alone.
///
/// # Errors
/// Where this binary is too old for the schema, or a migration fails.
pub async fn bring_up(db: &DatabaseConnection) -> anyhow::Result<()> {
    let standing = Standing::of(db).await.context("the schema")?;
    if let Some(message) = standing.older_binary() {
        bail!(message);
    }
    if standing.pending.is_empty() {
        if !standing.newer.is_empty() {
            tracing::info!(
                newer = standing.newer.len(),
                "serving below a newer schema, which says that this binary may"
            );
        }
        return Ok(());
    }
    if let Some(newer) = standing.newer.first() {
        bail!("the schema has {newer}, which this binary does not know, and lacks {}", standing.pending.join(", "));
    }
    // Before they are applied: at no moment may an older process find one without its mark.
    if exists(db, "schema_mark").await? {
        mark(db).await?;
    }
    Migrator::up(db, u32::try_from(standing.pending.len()).ok()).await?;
    Ok(mark(db).await?)
}

/// How many of the newest migrations this process does not know: a story plays an older binary.
#[cfg(debug_assertions)]
pub static UNKNOWN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

/// The migrations this binary knows, in order.
fn known() -> Vec<String> {
    let mut names: Vec<String> = Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    #[cfg(debug_assertions)]
    names.truncate(names.len().saturating_sub(UNKNOWN.load(std::sync::atomic::Ordering::Relaxed)));
    names
}

async fn mark(db: &DatabaseConnection) -> Result<(), DbErr> {
    for name in LIVED_WITH {
        let sentence = "INSERT INTO schema_mark (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";
        let backend = db.get_database_backend();
        db.execute_raw(Statement::from_sql_and_values(backend, sentence, [Value::from(*name)])).await?;
    }
    Ok(())
}

async fn exists(db: &impl ConnectionTrait, table: &str) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    let question = match backend {
        DbBackend::Sqlite => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
        _ => "SELECT 1 WHERE to_regclass($1) IS NOT NULL",
    };
    let found = db.query_one_raw(Statement::from_sql_and_values(backend, question, [Value::from(table)])).await?;
    Ok(found.is_some())
}

async fn names(db: &impl ConnectionTrait, question: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), question)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
