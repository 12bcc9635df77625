//! Seats that are added after a screening, each time with its record.

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
        let additions = Table::create()
            .table("screening_addition")
            .col(pk_uuid("id"))
            .col(uuid("event_id"))
            .col(uuid("run_id"))
            .col(integer("number"))
            .col(integer("men"))
            .col(integer("women"))
            .col(integer("seats"))
            .col(text("reason"))
            .col(text("digest"))
            .col(text("file"))
            .col(uuid("added_by"))
            .col(moment("added_at"))
            .foreign_key(&mut refers_to("screening_addition", "event_id", "event"))
            .foreign_key(&mut refers_to("screening_addition", "run_id", "screening_run"))
            .to_owned();
        manager.create_table(additions).await?;
        manager.create_index(unique("screening_addition", &["event_id", "number"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["screening_addition"]).await
    }
}
