//! The few kinds of column every table is made of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

pub use sea_orm_migration::schema::*;

/// A moment in UTC. The application writes every one of them: a time made by SQLite has another
/// text form and would sort wrongly beside ours.
pub fn moment(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().take()
}

/// A moment that may not have come yet.
pub fn moment_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().take()
}

/// `table.column` points at `target.id`; what it pointed at takes its rows along when it goes.
pub fn owned_by(table: &'static str, column: &'static str, target: &'static str) -> ForeignKeyCreateStatement {
    points_at(table, column, target, ForeignKeyAction::Cascade)
}

/// `table.column` points at `target.id`, which cannot go while this row stands.
pub fn refers_to(table: &'static str, column: &'static str, target: &'static str) -> ForeignKeyCreateStatement {
    points_at(table, column, target, ForeignKeyAction::Restrict)
}

/// `table.column` points at `target.id` and forgets it when it goes.
pub fn may_forget(table: &'static str, column: &'static str, target: &'static str) -> ForeignKeyCreateStatement {
    points_at(table, column, target, ForeignKeyAction::SetNull)
}

fn points_at(
    table: &'static str,
    column: &'static str,
    target: &'static str,
    gone: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(target, "id").on_delete(gone).take()
}

/// A plain index named after what it covers.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name_of("ix", table, columns)).table(table).take();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A unique index named after what it covers.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    index(table, columns).name(name_of("ux", table, columns)).unique().take()
}

/// What an index over these columns is called.
pub fn name_of(prefix: &str, table: &str, columns: &[&str]) -> String {
    format!("{prefix}_{table}_{}", columns.join("_"))
}

/// Drops tables, last made first.
pub async fn drop_tables(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).to_owned()).await?;
    }
    Ok(())
}

/// Adds `column_sealed`, a column of sealed texts, filled with `texts`, in SQL. A migration has no key,
/// so they go over in the clear, behind a zero where the number of the key will stand; the house seals
/// them when it starts next, before it answers anybody.
pub async fn seal(
    manager: &SchemaManager<'_>,
    table: &str,
    column: &str,
    texts: &str,
    required: bool,
) -> Result<(), DbErr> {
    let database = manager.get_connection();
    let (kind, empty, clear) = match manager.get_database_backend() {
        DbBackend::Postgres => ("bytea", "''", format!("decode('00000000', 'hex') || convert_to({texts}, 'UTF8')")),
        _ => ("blob", "x''", format!("CAST(x'00000000' || CAST({texts} AS TEXT) AS BLOB)")),
    };
    let required = if required { format!("NOT NULL DEFAULT {empty}") } else { String::new() };
    for statement in [
        format!("ALTER TABLE {table} ADD COLUMN {column}_sealed {kind} {required}"),
        format!("UPDATE {table} SET {column}_sealed = {clear} WHERE {texts} IS NOT NULL"),
    ] {
        database.execute_unprepared(&statement).await?;
    }
    Ok(())
}
