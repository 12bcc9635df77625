//! Which union belongs to which: one row for each that stands below another.

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
                    .table("union_parent")
                    .col(pk_uuid("organization_id"))
                    .col(uuid("parent_id"))
                    .col(moment("since"))
                    .foreign_key(&mut owned_by("union_parent", "organization_id", "organization"))
                    .foreign_key(&mut refers_to("union_parent", "parent_id", "organization"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("union_parent", &["parent_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["union_parent"]).await
    }
}
