//! 互动聊天: the rooms of an event, what is said in them, its pictures, and what others object to.

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
        rooms(manager).await?;
        lines(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("chat_photo")
                    .col(pk_uuid("line_id"))
                    .col(uuid("event_id"))
                    .col(integer("width"))
                    .col(integer("height"))
                    .col(binary("small"))
                    .col(binary("large"))
                    .foreign_key(&mut owned_by("chat_photo", "line_id", "chat_line"))
                    .foreign_key(&mut refers_to("chat_photo", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("chat_photo", &["event_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("chat_report")
                    .col(uuid("line_id"))
                    .col(uuid("registration_id"))
                    .col(text("reason"))
                    .col(moment("at"))
                    .primary_key(Index::create().col("line_id").col("registration_id"))
                    .foreign_key(&mut owned_by("chat_report", "line_id", "chat_line"))
                    .foreign_key(&mut refers_to("chat_report", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("chat_report", &["registration_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["chat_report", "chat_photo", "chat_line", "chat_room"]).await
    }
}

async fn rooms(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("chat_room")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(integer("group_number"))
                .col(big_integer("last"))
                .col(big_integer("erased"))
                .col(boolean("read_only"))
                .col(integer_null("slow_seconds"))
                .col(moment_null("closed_at"))
                .foreign_key(&mut refers_to("chat_room", "event_id", "event"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("chat_room", &["event_id", "group_number"])).await
}

async fn lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("chat_line")
                .col(pk_uuid("id"))
                .col(uuid("room_id"))
                .col(uuid("event_id"))
                .col(uuid_null("registration_id"))
                .col(big_integer("number"))
                .col(big_integer("changed"))
                .col(binary("body_sealed"))
                .col(date("day"))
                .col(boolean("pictured"))
                .col(text("state"))
                .col(text_null("reason"))
                .col(moment("at"))
                .foreign_key(&mut owned_by("chat_line", "room_id", "chat_room"))
                .foreign_key(&mut refers_to("chat_line", "event_id", "event"))
                .foreign_key(&mut refers_to("chat_line", "registration_id", "registration"))
                .to_owned(),
        )
        .await?;
    // One place in the order is one line's.
    manager.create_index(unique("chat_line", &["room_id", "number"])).await?;
    manager.create_index(index("chat_line", &["room_id", "changed"])).await?;
    manager.create_index(index("chat_line", &["registration_id", "day"])).await?;
    manager.create_index(index("chat_line", &["event_id", "state"])).await
}
