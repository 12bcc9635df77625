//! Where the key of an open pick round lies, and how it is recognised; never the key.

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
                    .table("pick_key")
                    .col(pk_uuid("round_id"))
                    .col(binary("mark"))
                    .col(integer("place"))
                    .col(text("whereabouts"))
                    .foreign_key(&mut owned_by("pick_key", "round_id", "pick_round"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["pick_key"]).await
    }
}
