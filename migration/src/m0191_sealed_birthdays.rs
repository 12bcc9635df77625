//! The date of birth is sealed at rest. The year, which age bands are made of, stays as it is.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let date = match manager.get_database_backend() {
            DbBackend::Postgres => "to_char(born_on, 'YYYY-MM-DD')",
            _ => "born_on",
        };
        seal(manager, "profile", "born_on", date, false).await?;
        manager.alter_table(Table::alter().table("profile").drop_column("born_on").to_owned()).await
    }

    /// What was sealed cannot be opened here: the dates are lost, and asked for again; the years stay.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("profile").drop_column("born_on_sealed").to_owned()).await?;
        manager.alter_table(Table::alter().table("profile").add_column(date_null("born_on")).to_owned()).await
    }
}
