//! A row the house writes to prove that it can, and which migrations an older binary can live with.

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
        let pulse = Table::create().table("pulse").col(integer("id").primary_key()).col(big_integer("beats")).take();
        manager.create_table(pulse).await?;
        manager.create_table(Table::create().table("schema_mark").col(string("name").primary_key()).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["schema_mark", "pulse"]).await
    }
}
