//! What those say who took part online and were not selected, under a mark as the others' answers are; and how far the
//! letters have come that ask everybody.

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
                    .table("online_feedback")
                    .col(uuid("event_id"))
                    .col(text("author"))
                    .col(integer("overall"))
                    .col(text("effort"))
                    .col(boolean("clear"))
                    .col(boolean("again"))
                    .col(text_null("comment"))
                    .primary_key(Index::create().col("event_id").col("author"))
                    .foreign_key(&mut owned_by("online_feedback", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("feedback_call")
                    .col(pk_uuid("event_id"))
                    .col(uuid_null("through"))
                    .col(boolean("done"))
                    .foreign_key(&mut owned_by("feedback_call", "event_id", "event"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["feedback_call", "online_feedback"]).await
    }
}
