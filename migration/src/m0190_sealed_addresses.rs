//! The addresses people sign in with, sign up with and are invited at are sealed at rest, and found by
//! a keyed digest.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The table, the addresses in it in SQL, and whether every row has one.
const ADDRESSES: [(&str, &str, bool); 3] = [
    ("account", "CASE WHEN erased_at IS NULL THEN email END", false),
    ("sign_up", "email", true),
    ("invitation", "email", true),
];

/// What is found by an address: whether it is once only, the table, what stands before and behind it.
const FOUND: [(bool, &str, &[&str], &[&str]); 4] = [
    (true, "account", &[], &[]),
    (false, "sign_up", &[], &["at"]),
    (false, "invitation", &[], &[]),
    (true, "invitation", &["subject_id", "kind"], &[]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (bytes, id) = match manager.get_database_backend() {
            DbBackend::Postgres => ("bytea NOT NULL DEFAULT ''", "uuid_send(id)"),
            _ => ("blob NOT NULL DEFAULT x''", "id"),
        };
        for (table, addresses, required) in ADDRESSES {
            seal(manager, table, "email", addresses, required).await?;
            // A digest takes the key; until the house starts, each row stands for itself.
            for statement in [
                format!("ALTER TABLE {table} ADD COLUMN email_digest {bytes}"),
                format!("UPDATE {table} SET email_digest = {id}"),
            ] {
                manager.get_connection().execute_unprepared(&statement).await?;
            }
        }
        find_by(manager, "email", "email_digest").await?;
        for (table, ..) in ADDRESSES {
            manager.alter_table(Table::alter().table(table).drop_column("email").to_owned()).await?;
        }
        Ok(())
    }

    /// What was sealed cannot be opened here: nobody signs in by an address any more, and open sign-ups
    /// and invitations lead nowhere.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "id::text",
            _ => "lower(hex(id))",
        };
        for (table, ..) in ADDRESSES {
            for statement in [
                format!("ALTER TABLE {table} ADD COLUMN email text NOT NULL DEFAULT ''"),
                format!("UPDATE {table} SET email = 'lost:' || {id}"),
            ] {
                manager.get_connection().execute_unprepared(&statement).await?;
            }
        }
        find_by(manager, "email_digest", "email").await?;
        for (table, ..) in ADDRESSES {
            for column in ["email_sealed", "email_digest"] {
                manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
            }
        }
        Ok(())
    }
}

/// Rows are found by another column from now on.
async fn find_by(manager: &SchemaManager<'_>, former: &'static str, column: &'static str) -> Result<(), DbErr> {
    for (once, table, before, behind) in FOUND {
        let over = |column| [before, &[column], behind].concat();
        let (prefix, mut made) = match once {
            true => ("ux", unique(table, &over(column))),
            false => ("ix", index(table, &over(column))),
        };
        if table == "invitation" && once {
            made.and_where(Expr::col("state").eq("open"));
        }
        let former = format!("{prefix}_{table}_{}", over(former).join("_"));
        manager.drop_index(Index::drop().name(former).table(table).to_owned()).await?;
        manager.create_index(made).await?;
    }
    Ok(())
}
