//! The unions that host events, and the employers their members come from.

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
                    .table("organization")
                    .col(pk_uuid("id"))
                    .col(text("slug"))
                    .col(text("name"))
                    .col(text_null("name_en"))
                    .col(moment("created_at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("organization", &["slug"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("unit")
                    .col(pk_uuid("id"))
                    .col(uuid("organization_id"))
                    .col(text("name"))
                    .col(text("name_folded"))
                    .col(text_null("mail_domain"))
                    .col(moment("created_at"))
                    .foreign_key(&mut owned_by("unit", "organization_id", "organization"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("unit", &["organization_id", "name_folded"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["unit", "organization"]).await
    }
}
