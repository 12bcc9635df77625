//! Answers kept for repetition are sealed from now on, and what they are found by is keyed: those in
//! the clear go. They were kept for two days at most.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget(manager).await
    }

    /// What is sealed says nothing to the version before.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget(manager).await
    }
}

async fn forget(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let all = Query::delete().from_table("once").to_owned();
    manager.execute(all).await
}
