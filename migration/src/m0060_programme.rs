//! The evening as it is run: what was called when, who is in which group, who broke the ice with whom, who shows what.

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
        cues(manager).await?;
        groups(manager).await?;
        icebreakers(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("talent")
                    .col(pk_uuid("registration_id"))
                    .col(uuid("event_id"))
                    .col(text("title"))
                    .col(moment("offered_at"))
                    .foreign_key(&mut refers_to("talent", "registration_id", "registration"))
                    .foreign_key(&mut refers_to("talent", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("talent", &["event_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["talent", "icebreaker_seat", "icebreaker", "group_member", "cue"]).await
    }
}

async fn cues(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("cue")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(integer("number"))
                .col(integer_null("segment"))
                .col(moment("called_at"))
                .col(uuid("called_by"))
                .col(moment_null("taken_back_at"))
                .foreign_key(&mut refers_to("cue", "event_id", "event"))
                .foreign_key(&mut refers_to("cue", "called_by", "account"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("cue", &["event_id", "number"])).await
}

async fn groups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("group_member")
                .col(pk_uuid("registration_id"))
                .col(uuid("event_id"))
                .col(integer("group_number"))
                .col(moment("joined_at"))
                .foreign_key(&mut refers_to("group_member", "registration_id", "registration"))
                .foreign_key(&mut refers_to("group_member", "event_id", "event"))
                .to_owned(),
        )
        .await?;
    manager.create_index(index("group_member", &["event_id", "group_number"])).await
}

async fn icebreakers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("icebreaker")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(integer("game"))
                .col(binary("seed"))
                .col(moment("drawn_at"))
                .foreign_key(&mut refers_to("icebreaker", "event_id", "event"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("icebreaker", &["event_id", "game"])).await?;
    manager
        .create_table(
            Table::create()
                .table("icebreaker_seat")
                .col(uuid("icebreaker_id"))
                .col(uuid("registration_id"))
                .col(integer("pair"))
                .primary_key(Index::create().col("icebreaker_id").col("registration_id"))
                .foreign_key(&mut owned_by("icebreaker_seat", "icebreaker_id", "icebreaker"))
                .foreign_key(&mut refers_to("icebreaker_seat", "registration_id", "registration"))
                .to_owned(),
        )
        .await?;
    manager.create_index(index("icebreaker_seat", &["registration_id"])).await
}
