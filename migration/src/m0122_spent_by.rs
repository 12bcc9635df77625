//! A spent refresh token remembers which client spent it, so that the same one can be given the same
//! answer where the first was lost.

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
        let add = Table::alter().table("refresh_token").add_column(binary_null("spent_by")).to_owned();
        manager.alter_table(add).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter().table("refresh_token").drop_column("spent_by").to_owned();
        manager.alter_table(drop).await
    }
}
