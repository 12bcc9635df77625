//! Events, the brands they belong to, who hosts them and who works on the evening.

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
                    .table("series")
                    .col(pk_uuid("id"))
                    .col(uuid("organization_id"))
                    .col(text("slug"))
                    .col(text("name"))
                    .col(text_null("name_en"))
                    .col(moment("created_at"))
                    .foreign_key(&mut owned_by("series", "organization_id", "organization"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("series", &["organization_id", "slug"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("event")
                    .col(pk_uuid("id"))
                    .col(uuid("organization_id"))
                    .col(uuid_null("series_id"))
                    .col(text("slug"))
                    .col(text("title"))
                    .col(text_null("title_en"))
                    .col(text("summary"))
                    .col(text("venue"))
                    .col(text("timezone"))
                    .col(text("template"))
                    .col(text("sides"))
                    .col(integer("seats"))
                    .col(moment("starts_at"))
                    .col(moment("ends_at"))
                    .col(moment_null("registration_at"))
                    .col(moment_null("online_at"))
                    .col(moment_null("screening_at"))
                    .col(moment_null("confirmation_at"))
                    .col(moment_null("on_site_at"))
                    .col(moment_null("closed_at"))
                    .col(json_binary("settings"))
                    .col(moment("created_at"))
                    .col(moment_null("published_at"))
                    .foreign_key(&mut refers_to("event", "organization_id", "organization"))
                    .foreign_key(&mut may_forget("event", "series_id", "series"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("event", &["slug"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("event_host")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(text("role"))
                    .col(text("name"))
                    .col(integer("position"))
                    .foreign_key(&mut owned_by("event_host", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("event_host", &["event_id", "position"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("crew")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("account_id"))
                    .col(text("role"))
                    .col(moment("granted_at"))
                    .foreign_key(&mut owned_by("crew", "event_id", "event"))
                    .foreign_key(&mut owned_by("crew", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("crew", &["event_id", "account_id", "role"])).await?;
        manager.create_index(index("crew", &["account_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["crew", "event_host", "event", "series"]).await
    }
}
