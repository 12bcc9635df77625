//! What is lost where migrations are taken back. Found out by taking them back in a transaction that
//! comes to nothing: whatever the migrations do, this tells what is not there afterwards.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait, RENAMED_COLUMNS, RENAMED_TABLES};
use sea_orm::{ConnectionTrait, DbErr, Statement, TransactionTrait};

use super::Database;

/// Something that would not be there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub table: String,
    /// None where all of the table goes, or rows of it.
    pub column: Option<String>,
    /// In so many rows.
    pub rows: i64,
}

type Columns = BTreeMap<String, BTreeSet<String>>;

impl Database {
    /// What taking back so many of the newest migrations would lose. Changes nothing.
    ///
    /// # Errors
    /// Where one of them cannot be taken back.
    pub async fn would_lose(&self, steps: u32) -> Result<Vec<Lost>, DbErr> {
        let before = columns(&self.schema).await?;
        let mut counts = BTreeMap::new();
        for table in before.keys() {
            counts.insert(table.clone(), count(&self.schema, table, None).await?);
        }
        let trial = self.schema.begin().await?;
        Migrator::down(&trial, Some(steps)).await?;
        let after = columns(&trial).await?;
        let mut lost = Vec::new();
        for (table, rows) in &counts {
            let found = found_in(&after, table);
            let left = if let Some(name) = found { count(&trial, name, None).await? } else { 0 };
            if found.is_none() || left < *rows {
                lost.push(Lost { table: table.clone(), column: None, rows: rows - left });
            }
        }
        trial.rollback().await?;
        for (table, columns) in &before {
            let Some(left) = found_in(&after, table).and_then(|name| after.get(name)) else { continue };
            for column in columns.iter().filter(|column| !is_left(left, table, column)) {
                let rows = count(&self.schema, table, Some(column)).await?;
                lost.push(Lost { table: table.clone(), column: Some(column.clone()), rows });
            }
        }
        Ok(lost)
    }

    /// Takes back so many of the newest migrations.
    ///
    /// # Errors
    /// A migration that fails.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), DbErr> {
        Migrator::down(&self.schema, Some(steps)).await
    }
}

/// What a table is called afterwards; None where it is gone. One that had another name has it again.
fn found_in<'a>(after: &'a Columns, table: &str) -> Option<&'a str> {
    let former = RENAMED_TABLES.iter().find(|(_, now)| *now == table).map(|(former, _)| *former);
    let name = [Some(table), former].into_iter().flatten().find(|name| after.contains_key(*name))?;
    after.get_key_value(name).map(|(name, _)| name.as_str())
}

/// Whether a column of a table is still there, be it under the name it had.
fn is_left(left: &BTreeSet<String>, table: &str, column: &str) -> bool {
    let mut renamed = RENAMED_COLUMNS.iter();
    let former = renamed.find(|(owner, _, now)| *owner == table && *now == column).map(|(_, former, _)| *former);
    [Some(column), former].into_iter().flatten().any(|name| left.contains(name))
}

async fn columns(db: &impl ConnectionTrait) -> Result<Columns, DbErr> {
    let question = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            "SELECT table_name::text AS name, column_name::text AS part FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name <> 'seaql_migrations'"
        }
        _ => {
            "SELECT owner.name AS name, part.name AS part FROM sqlite_master AS owner \
             JOIN pragma_table_info(owner.name) AS part \
             WHERE owner.type = 'table' AND owner.name NOT LIKE 'sqlite_%' AND owner.name <> 'seaql_migrations'"
        }
    };
    let mut found = Columns::new();
    for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), question)).await? {
        found.entry(row.try_get("", "name")?).or_default().insert(row.try_get("", "part")?);
    }
    Ok(found)
}

/// How many rows a table has, or how many of them have something in a column.
async fn count(db: &impl ConnectionTrait, table: &str, column: Option<&str>) -> Result<i64, DbErr> {
    let what = column.map_or("*".to_owned(), |column| format!("\"{column}\""));
    let question = format!("SELECT count({what}) AS counted FROM \"{table}\"");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), question)).await?;
    row.map_or(Ok(0), |row| row.try_get("", "counted"))
}
