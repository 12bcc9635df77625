//! What the big screen was told to show, step by step.

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
                    .table("stage_step")
                    .col(uuid("event_id"))
                    .col(integer("number"))
                    .col(json_binary("shows"))
                    .col(uuid_null("aside"))
                    .col(uuid("taken_by"))
                    .col(moment("taken_at"))
                    .col(moment_null("undone_at"))
                    .primary_key(Index::create().col("event_id").col("number"))
                    .foreign_key(&mut refers_to("stage_step", "event_id", "event"))
                    .foreign_key(&mut refers_to("stage_step", "taken_by", "account"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["stage_step"]).await
    }
}
