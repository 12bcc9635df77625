//! An invitation is vouched for, with whom it is to and what its link opens. Those that were open
//! before are to be sent again.

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
        let bond = binary_null("bond").take();
        manager.alter_table(Table::alter().table("invitation").add_column(bond).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("invitation").drop_column("bond").to_owned()).await
    }
}
