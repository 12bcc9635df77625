//! What guests thought of an event, without saying who.

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
        // No registration and no time: either would say whose it is.
        manager
            .create_table(
                Table::create()
                    .table("feedback")
                    .col(uuid("event_id"))
                    .col(text("author"))
                    .col(integer("overall"))
                    .col(text("pace"))
                    .col(boolean("met"))
                    .col(boolean("again"))
                    .col(text_null("words"))
                    .primary_key(Index::create().col("event_id").col("author"))
                    .foreign_key(&mut owned_by("feedback", "event_id", "event"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["feedback"]).await
    }
}
