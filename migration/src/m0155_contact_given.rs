//! What was given when contacts were opened, sealed: a snapshot of that moment.

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
        let given = Table::create()
            .table("contact_given")
            .col(uuid("match_id"))
            .col(uuid("registration_id"))
            .col(binary("sealed"))
            .primary_key(Index::create().col("match_id").col("registration_id"))
            .foreign_key(&mut owned_by("contact_given", "match_id", "pick_match"))
            .foreign_key(&mut owned_by("contact_given", "registration_id", "registration"))
            .to_owned();
        manager.create_table(given).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["contact_given"]).await
    }
}
