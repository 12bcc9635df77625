//! What time the house has seen, and whether it is unsure of it: one row.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("vigil")
                    .col(integer("id").primary_key())
                    .col(moment("seen_at"))
                    .col(moment_null("unsure_since"))
                    .col(moment_null("machine_said"))
                    .col(moment_null("confirmed_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["vigil"]).await
    }
}
