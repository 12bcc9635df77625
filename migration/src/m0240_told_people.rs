//! As `m0210_told_changes`, of people and where they work. Many rows of these change at once: a few are told one by
//! one, many as the whole table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, the column that is told of each row (none where the table alone is), and what counts as a change.
const TOLD: &[(&str, Option<&str>, &str)] = &[
    ("registration", Some("id"), "UPDATE OR DELETE"),
    ("profile", Some("account_id"), "UPDATE OR DELETE"),
    ("unit", None, "UPDATE OR DELETE"),
    ("unit_contact", None, "INSERT OR UPDATE OR DELETE"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let database = manager.get_connection();
        let function = "CREATE FUNCTION tell_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                IF (SELECT count(*) FROM (SELECT 1 FROM gone LIMIT 101) AS few) > 100 THEN \
                    PERFORM pg_notify('queqiao_change', TG_TABLE_NAME); \
                ELSE \
                    PERFORM pg_notify('queqiao_change', TG_TABLE_NAME || ' ' || (to_jsonb(gone) ->> TG_ARGV[0])) FROM gone; \
                END IF; \
                RETURN NULL; END $$";
        database.execute_unprepared(function).await?;
        for (table, key, changes) in TOLD {
            // A trigger that sees the rows is one of a single kind of change.
            for change in changes.split(" OR ") {
                let name = change.to_lowercase();
                let told = match key {
                    Some(key) => {
                        format!("REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tell_rows('{key}')")
                    }
                    None => "FOR EACH STATEMENT EXECUTE FUNCTION tell_table()".to_owned(),
                };
                let trigger = format!("CREATE TRIGGER {table}_told_{name} AFTER {change} ON {table} {told}");
                database.execute_unprepared(&trigger).await?;
            }
            let emptied = format!(
                "CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION tell_table()"
            );
            database.execute_unprepared(&emptied).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let database = manager.get_connection();
        for (table, _, changes) in TOLD {
            let told = changes.to_lowercase().replace(" or ", ",");
            for name in told.split(',').map(|name| format!("told_{name}")).chain(["emptied".to_owned()]) {
                database.execute_unprepared(&format!("DROP TRIGGER {table}_{name} ON {table}")).await?;
            }
        }
        database.execute_unprepared("DROP FUNCTION tell_rows()").await.map(drop)
    }
}
