//! Badges and their codes.

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
                    .table("badge")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("registration_id"))
                    .col(text("side"))
                    .col(integer("number"))
                    .col(moment("issued_at"))
                    .col(moment_null("reminded_at"))
                    .foreign_key(&mut refers_to("badge", "event_id", "event"))
                    .foreign_key(&mut refers_to("badge", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("badge", &["registration_id"])).await?;
        manager.create_index(unique("badge", &["event_id", "side", "number"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("badge_code")
                    .col(pk_uuid("id"))
                    .col(uuid("badge_id"))
                    .col(binary("digest"))
                    .col(binary("sealed"))
                    .col(moment("issued_at"))
                    .col(moment_null("revoked_at"))
                    .foreign_key(&mut owned_by("badge_code", "badge_id", "badge"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("badge_code", &["digest"])).await?;
        // One code opens the door for a badge; revoked ones stay, so that the desk can say why.
        manager
            .create_index(unique("badge_code", &["badge_id"]).and_where(Expr::col("revoked_at").is_null()).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["badge_code", "badge"]).await
    }
}
