//! Draws at an event: what is drawn, the list as it was fixed, the numbers called from the floor, and who won.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn draws() -> TableCreateStatement {
    Table::create()
        .table("draw")
        .col(pk_uuid("id"))
        .col(uuid("event_id"))
        .col(integer("number"))
        .col(text("name"))
        .col(json_binary("among"))
        .col(json_binary("prizes"))
        .col(json_binary("source"))
        .col(boolean("again"))
        .col(boolean("present"))
        .col(text("state"))
        .col(uuid("made_by"))
        .col(moment("made_at"))
        .col(moment_null("fixed_at"))
        .col(text_null("announcement"))
        .col(text_null("fingerprint"))
        .col(text_null("list_root"))
        .col(integer_null("people"))
        .col(text_null("beacon"))
        .col(text_null("file"))
        .col(uuid_null("held_by"))
        .col(moment_null("held_at"))
        .col(text_null("reason"))
        .foreign_key(&mut refers_to("draw", "event_id", "event"))
        .foreign_key(&mut refers_to("draw", "made_by", "account"))
        .foreign_key(&mut refers_to("draw", "held_by", "account"))
        .to_owned()
}

fn entries() -> TableCreateStatement {
    Table::create()
        .table("draw_entry")
        .col(uuid("draw_id"))
        .col(uuid("registration_id"))
        .col(text("number"))
        .col(text("salt"))
        .col(text("leaf"))
        .col(text_null("passed_over"))
        .primary_key(Index::create().col("draw_id").col("registration_id"))
        .foreign_key(&mut owned_by("draw_entry", "draw_id", "draw"))
        .foreign_key(&mut refers_to("draw_entry", "registration_id", "registration"))
        .to_owned()
}

fn calls() -> TableCreateStatement {
    Table::create()
        .table("draw_call")
        .col(uuid("draw_id"))
        .col(integer("place"))
        .col(uuid("registration_id"))
        .col(integer("number"))
        .col(uuid("typed_by"))
        .col(moment("at"))
        .primary_key(Index::create().col("draw_id").col("place"))
        .foreign_key(&mut owned_by("draw_call", "draw_id", "draw"))
        .foreign_key(&mut refers_to("draw_call", "registration_id", "registration"))
        .foreign_key(&mut refers_to("draw_call", "typed_by", "account"))
        .to_owned()
}

fn wins() -> TableCreateStatement {
    Table::create()
        .table("draw_win")
        .col(uuid("draw_id"))
        .col(integer("prize"))
        .col(integer("seat"))
        .col(uuid("event_id"))
        .col(uuid("registration_id"))
        .primary_key(Index::create().col("draw_id").col("prize").col("seat"))
        .foreign_key(&mut owned_by("draw_win", "draw_id", "draw"))
        .foreign_key(&mut refers_to("draw_win", "event_id", "event"))
        .foreign_key(&mut refers_to("draw_win", "registration_id", "registration"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [draws(), entries(), calls(), wins()] {
            manager.create_table(table).await?;
        }
        for index in [
            unique("draw", &["event_id", "number"]),
            index("draw", &["made_by"]),
            index("draw", &["held_by"]),
            unique("draw_entry", &["draw_id", "leaf"]),
            index("draw_entry", &["registration_id"]),
            // Nobody calls twice.
            unique("draw_call", &["draw_id", "registration_id"]),
            index("draw_call", &["registration_id"]),
            index("draw_call", &["typed_by"]),
            // Nobody wins one prize twice.
            unique("draw_win", &["draw_id", "prize", "registration_id"]),
            index("draw_win", &["event_id"]),
            index("draw_win", &["registration_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["draw_win", "draw_call", "draw_entry", "draw"]).await
    }
}
