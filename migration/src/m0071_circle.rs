//! 活动圈: who stays in touch after an event, what they write, and what others object to.

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
                    .table("circle_end")
                    .col(pk_uuid("event_id"))
                    .col(moment("at"))
                    .foreign_key(&mut refers_to("circle_end", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("circle_member")
                    .col(pk_uuid("registration_id"))
                    .col(uuid("event_id"))
                    .col(moment("joined_at"))
                    .foreign_key(&mut refers_to("circle_member", "registration_id", "registration"))
                    .foreign_key(&mut refers_to("circle_member", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("circle_member", &["event_id"])).await?;
        notes(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("circle_report")
                    .col(uuid("note_id"))
                    .col(uuid("registration_id"))
                    .col(text("reason"))
                    .col(moment("at"))
                    .primary_key(Index::create().col("note_id").col("registration_id"))
                    .foreign_key(&mut owned_by("circle_report", "note_id", "circle_note"))
                    .foreign_key(&mut refers_to("circle_report", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("circle_report", &["registration_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["circle_report", "circle_note", "circle_member", "circle_end"]).await
    }
}

async fn notes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("circle_note")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(uuid_null("registration_id"))
                .col(uuid_null("about"))
                .col(text("body"))
                .col(date("day"))
                .col(text("state"))
                .col(text_null("reason"))
                .col(moment("at"))
                .foreign_key(&mut refers_to("circle_note", "event_id", "event"))
                .foreign_key(&mut refers_to("circle_note", "registration_id", "registration"))
                .foreign_key(&mut owned_by("circle_note", "about", "circle_note"))
                .to_owned(),
        )
        .await?;
    manager.create_index(index("circle_note", &["event_id", "id"])).await?;
    manager.create_index(index("circle_note", &["about", "id"])).await?;
    manager.create_index(index("circle_note", &["registration_id", "day"])).await
}
