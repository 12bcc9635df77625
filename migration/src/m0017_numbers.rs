//! The last applicant number that was taken at an event.

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
        // No foreign key: it would lock the event's row once more for every number.
        let counter =
            Table::create().table("registration_counter").col(pk_uuid("event_id")).col(integer("last")).to_owned();
        manager.create_table(counter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["registration_counter"]).await
    }
}
