//! Whoever is named by mail address is invited first; and what somebody is called who works for an
//! event without ever taking part in one.

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
                    .table("invitation")
                    .col(pk_uuid("id"))
                    .col(text("kind"))
                    .col(uuid("organization_id"))
                    .col(uuid_null("event_id"))
                    .col(uuid_null("unit_id"))
                    .col(uuid("subject_id"))
                    .col(text("email"))
                    .col(binary_null("words"))
                    .col(text("language"))
                    .col(text("state"))
                    .col(uuid("invited_by"))
                    .col(moment("invited_at"))
                    .col(moment("sent_at"))
                    .col(integer("letters"))
                    .col(binary("token_digest"))
                    .col(moment("expires_at"))
                    .col(moment_null("answered_at"))
                    .col(uuid_null("account_id"))
                    .foreign_key(&mut owned_by("invitation", "organization_id", "organization"))
                    .foreign_key(&mut owned_by("invitation", "event_id", "event"))
                    .foreign_key(&mut owned_by("invitation", "unit_id", "unit"))
                    .foreign_key(&mut refers_to("invitation", "invited_by", "account"))
                    .foreign_key(&mut refers_to("invitation", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("invitation", &["token_digest"])).await?;
        manager.create_index(index("invitation", &["email"])).await?;
        manager.create_index(index("invitation", &["organization_id", "state"])).await?;
        manager.create_index(index("invitation", &["event_id", "state"])).await?;
        manager.create_index(index("invitation", &["account_id"])).await?;
        manager.create_index(index("invitation", &["state", "expires_at"])).await?;
        // To one thing an address is invited once at a time, whoever of the union names it.
        manager
            .create_index(
                unique("invitation", &["subject_id", "kind", "email"])
                    .and_where(Expr::col("state").eq("open"))
                    .to_owned(),
            )
            .await?;
        let name = text_null("name").take();
        manager.alter_table(Table::alter().table("account").add_column(name).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("account").drop_column("name").to_owned()).await?;
        drop_tables(manager, &["invitation"]).await
    }
}
