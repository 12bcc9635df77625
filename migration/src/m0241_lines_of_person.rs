//! What one person's points come from is read from an index, not from all lines of the event: on every page that says
//! how many somebody has, and in every award.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const FOUND_BY: &[&str] = &["event_id", "registration_id", "rule", "day", "effect"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index("points_entry", FOUND_BY)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let found_by = Index::drop().name(name_of("ix", "points_entry", FOUND_BY)).table("points_entry").to_owned();
        manager.drop_index(found_by).await
    }
}
