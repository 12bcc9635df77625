//! Accounts that nobody gets into until an administrator opens them again.

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
                    .table("account_lock")
                    .col(pk_uuid("account_id"))
                    .col(text("reason"))
                    .col(moment("since"))
                    .foreign_key(&mut owned_by("account_lock", "account_id", "account"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["account_lock"]).await
    }
}
