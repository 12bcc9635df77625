//! What somebody wrote down for themselves about the people they sat with.

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
                    .table("date_note")
                    .col(uuid("written_by"))
                    .col(uuid("about"))
                    .col(text("words"))
                    .col(moment("written_at"))
                    .primary_key(Index::create().col("written_by").col("about"))
                    .foreign_key(&mut owned_by("date_note", "written_by", "registration"))
                    .foreign_key(&mut owned_by("date_note", "about", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("date_note", &["about"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["date_note"]).await
    }
}
