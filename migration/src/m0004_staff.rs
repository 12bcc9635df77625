//! Who works for which union, and who speaks for which unit.

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
                    .table("staff")
                    .col(pk_uuid("id"))
                    .col(uuid("organization_id"))
                    .col(uuid("account_id"))
                    .col(text("role"))
                    .col(moment("granted_at"))
                    .foreign_key(&mut owned_by("staff", "organization_id", "organization"))
                    .foreign_key(&mut owned_by("staff", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("staff", &["organization_id", "account_id", "role"])).await?;
        manager.create_index(index("staff", &["account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("unit_contact")
                    .col(pk_uuid("id"))
                    .col(uuid("unit_id"))
                    .col(uuid("account_id"))
                    .col(moment("granted_at"))
                    .foreign_key(&mut owned_by("unit_contact", "unit_id", "unit"))
                    .foreign_key(&mut owned_by("unit_contact", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("unit_contact", &["unit_id", "account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("roster_entry")
                    .col(pk_uuid("id"))
                    .col(uuid("unit_id"))
                    .col(binary("email_digest"))
                    .col(moment("added_at"))
                    .foreign_key(&mut owned_by("roster_entry", "unit_id", "unit"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("roster_entry", &["unit_id", "email_digest"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["roster_entry", "unit_contact", "staff"]).await
    }
}
