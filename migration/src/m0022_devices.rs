//! Devices at the door, and which of them made an attempt.

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
                    .table("device")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("invited_by"))
                    .col(moment("invited_at"))
                    .col(binary("invitation_digest"))
                    .col(moment("invitation_ends_at"))
                    .col(text_null("name"))
                    .col(binary_null("token_digest"))
                    .col(moment_null("paired_at"))
                    .col(moment_null("seen_at"))
                    .col(moment_null("revoked_at"))
                    .col(uuid_null("revoked_by"))
                    .foreign_key(&mut refers_to("device", "event_id", "event"))
                    .foreign_key(&mut refers_to("device", "invited_by", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("device", &["invitation_digest"])).await?;
        manager.create_index(unique("device", &["token_digest"])).await?;
        // A name says which desk did something: two that are in use may not share it.
        manager
            .create_index(
                unique("device", &["event_id", "name"]).and_where(Expr::col("revoked_at").is_null()).to_owned(),
            )
            .await?;
        // No foreign key, as for the others of this table: a scan must not lock the device's row.
        manager.alter_table(Table::alter().table("attempt").add_column(uuid_null("device_id")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("attempt").drop_column("device_id").to_owned()).await?;
        drop_tables(manager, &["device"]).await
    }
}
