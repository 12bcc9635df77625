//! Which house a database is, and by what its keys are told.

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
                    .table("house")
                    // There is one place, and so one row.
                    .col(integer("place").primary_key().check(Expr::col("place").eq(1)))
                    .col(uuid("id"))
                    .col(moment("founded_at"))
                    .col(binary("lasting"))
                    .col(binary_null("bound"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("key_check")
                    .col(integer("number").primary_key())
                    .col(binary("digest"))
                    .col(moment("known_at"))
                    .col(moment_null("retired_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["key_check", "house"]).await
    }
}
