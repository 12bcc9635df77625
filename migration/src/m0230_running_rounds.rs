//! The rounds of dates that run are read from an index: the clock asks for them every few seconds.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const FOUND_BY: &[&str] = &["state", "event_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("date_round", FOUND_BY)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let found_by = Index::drop().name(name_of("ix", "date_round", FOUND_BY)).table("date_round").to_owned();
        manager.drop_index(found_by).await
    }
}
