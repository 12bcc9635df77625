//! The points ledger, its daily digests and its freeze.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What is written here stays as it was written, whoever holds the service's connection.
const APPEND_ONLY: [&str; 3] = ["points_entry", "ledger_digest", "ledger_freeze"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("points_entry")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("registration_id"))
                    .col(text("rule"))
                    .col(date("day"))
                    .col(text("subject"))
                    .col(integer("effect"))
                    .col(uuid_null("reverses"))
                    .col(uuid_null("actor_id"))
                    .col(text_null("reason"))
                    .col(moment("at"))
                    .foreign_key(&mut refers_to("points_entry", "event_id", "event"))
                    .foreign_key(&mut refers_to("points_entry", "registration_id", "registration"))
                    .foreign_key(&mut refers_to("points_entry", "reverses", "points_entry"))
                    .check(Expr::col("effect").is_in([-1, 1]))
                    .to_owned(),
            )
            .await?;
        // One fact counts once; what takes it back or restores it is a line of its own.
        manager
            .create_index(
                unique("points_entry", &["event_id", "registration_id", "rule", "day", "subject"])
                    .and_where(Expr::col("reverses").is_null())
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("points_entry", &["reverses"])).await?;
        manager.create_index(index("points_entry", &["event_id", "at"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_digest")
                    .col(uuid("event_id"))
                    .col(date("day"))
                    .col(integer("lines"))
                    .col(binary("digest"))
                    .col(moment("at"))
                    .primary_key(Index::create().col("event_id").col("day"))
                    .foreign_key(&mut refers_to("ledger_digest", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("ledger_freeze")
                    .col(uuid("event_id").primary_key())
                    .col(binary("digest"))
                    .col(uuid_null("actor_id"))
                    .col(moment("at"))
                    .foreign_key(&mut refers_to("ledger_freeze", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        forbid_changes(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["ledger_freeze", "ledger_digest", "points_entry"]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared("DROP FUNCTION ledger_is_append_only()").await?;
        }
        Ok(())
    }
}

async fn forbid_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let database = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        database
            .execute_unprepared(
                "CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
            )
            .await?;
        for table in APPEND_ONLY {
            database
                .execute_unprepared(&format!(
                    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} \
                     FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
                ))
                .await?;
        }
        return Ok(());
    }
    for table in APPEND_ONLY {
        for change in ["UPDATE", "DELETE"] {
            database
                .execute_unprepared(&format!(
                    "CREATE TRIGGER {table}_no_{change} BEFORE {change} ON {table} \
                     BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
                ))
                .await?;
        }
    }
    Ok(())
}
