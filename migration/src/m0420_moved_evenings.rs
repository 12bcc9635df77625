//! How often an evening was put off: a calendar takes the entry that counts higher for the newer one.

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
        let moved = integer("moved").default(0).take();
        manager.alter_table(Table::alter().table("event").add_column(moved).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("event").drop_column("moved").to_owned()).await
    }
}
