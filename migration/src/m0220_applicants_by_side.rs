//! How many men and women have applied is read from an index, not from their applications.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COUNTED: &[&str] = &["event_id", "side", "status"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("registration", COUNTED)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counted = Index::drop().name(name_of("ix", "registration", COUNTED)).table("registration").to_owned();
        manager.drop_index(counted).await
    }
}
