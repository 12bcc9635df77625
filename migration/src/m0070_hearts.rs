//! 真情告白 and 祝福: who asked to speak to whom on stage, and who blessed a couple how often.

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
                    .table("confession")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("asked_by"))
                    .col(integer("turn"))
                    .col(uuid_null("asked_of"))
                    .col(moment("answer_by"))
                    .col(boolean("agreed"))
                    .col(boolean("withdrawn"))
                    .foreign_key(&mut refers_to("confession", "event_id", "event"))
                    .foreign_key(&mut refers_to("confession", "asked_by", "registration"))
                    .foreign_key(&mut refers_to("confession", "asked_of", "registration"))
                    .to_owned(),
            )
            .await?;
        // Of two taps at once, one is the first that somebody may ask, and the other the second.
        manager.create_index(unique("confession", &["asked_by", "turn"])).await?;
        manager.create_index(index("confession", &["asked_of"])).await?;
        manager.create_index(index("confession", &["event_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("blessing")
                    .col(uuid("couple_id"))
                    .col(uuid("registration_id"))
                    .col(integer("taps"))
                    .primary_key(Index::create().col("couple_id").col("registration_id"))
                    .foreign_key(&mut owned_by("blessing", "couple_id", "couple"))
                    .foreign_key(&mut refers_to("blessing", "registration_id", "registration"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["blessing", "confession"]).await
    }
}
