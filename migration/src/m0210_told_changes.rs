//! Tables of which processes remember something tell, in the transaction that changes them, what has
//! changed: whoever writes, and with whatever program. Heard by `relay.rs`. The embedded database has no
//! such way; there the file itself is looked at.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, the column that is told of each row (none where the table alone is), and what counts as a
/// change. When a session was used last is not told: whoever goes by it reads it again.
const TOLD: &[(&str, Option<&str>, &str)] = &[
    ("account", Some("id"), "UPDATE OR DELETE"),
    ("second_factor", Some("account_id"), "INSERT OR UPDATE OR DELETE"),
    ("session", Some("id"), "UPDATE OF id, account_id, token_digest, expires_at, token_bond OR DELETE"),
    ("token_family", Some("id"), "UPDATE OR DELETE"),
    ("organization", None, "UPDATE OR DELETE"),
    ("staff", None, "INSERT OR UPDATE OR DELETE"),
    ("event", None, "UPDATE OR DELETE"),
    ("crew", None, "INSERT OR UPDATE OR DELETE"),
    ("device", None, "UPDATE OR DELETE"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let database = manager.get_connection();
        let functions = "CREATE FUNCTION tell_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                PERFORM pg_notify('queqiao_change', TG_TABLE_NAME || ' ' || (to_jsonb(coalesce(OLD, NEW)) ->> TG_ARGV[0])); \
                RETURN NULL; END $$; \
            CREATE FUNCTION tell_table() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                PERFORM pg_notify('queqiao_change', TG_TABLE_NAME); \
                RETURN NULL; END $$";
        database.execute_unprepared(functions).await?;
        for (table, key, changes) in TOLD {
            let told = match key {
                Some(key) => format!("FOR EACH ROW EXECUTE FUNCTION tell_row('{key}')"),
                None => "FOR EACH STATEMENT EXECUTE FUNCTION tell_table()".to_owned(),
            };
            let triggers = format!(
                "CREATE TRIGGER {table}_told AFTER {changes} ON {table} {told}; \
                 CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION tell_table()"
            );
            database.execute_unprepared(&triggers).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let database = manager.get_connection();
        for (table, _, _) in TOLD {
            let triggers = format!("DROP TRIGGER {table}_told ON {table}; DROP TRIGGER {table}_emptied ON {table}");
            database.execute_unprepared(&triggers).await?;
        }
        database.execute_unprepared("DROP FUNCTION tell_row(); DROP FUNCTION tell_table()").await.map(drop)
    }
}
