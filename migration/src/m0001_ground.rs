//! What every room writes into: letters to be sent, the audit, and requests carried out once.

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
                    .table("letter")
                    .col(pk_uuid("id"))
                    .col(text("kind"))
                    .col(uuid_null("account_id"))
                    .col(uuid_null("event_id"))
                    .col(text("recipient"))
                    .col(text("language"))
                    .col(text("subject"))
                    .col(text("plain"))
                    .col(text("html"))
                    .col(json_binary("attachments"))
                    .col(text_null("dedupe"))
                    .col(text("state"))
                    .col(integer("tries"))
                    .col(integer("refusals"))
                    .col(moment("not_before"))
                    .col(moment_null("leased_until"))
                    .col(text_null("last_error"))
                    .col(moment("posted_at"))
                    .col(moment_null("sent_at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("letter", &["dedupe"])).await?;
        manager.create_index(index("letter", &["state", "not_before"])).await?;
        manager.create_index(index("letter", &["account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("audit_entry")
                    .col(pk_uuid("id"))
                    .col(moment("at"))
                    .col(uuid_null("actor_id"))
                    .col(uuid_null("organization_id"))
                    .col(uuid_null("event_id"))
                    .col(text("action"))
                    .col(text_null("subject_kind"))
                    .col(uuid_null("subject_id"))
                    .col(text_null("reason"))
                    .col(json_binary("detail"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("audit_entry", &["event_id", "at"])).await?;
        manager.create_index(index("audit_entry", &["organization_id", "at"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("once")
                    .col(binary("claim").primary_key())
                    .col(binary("request_digest"))
                    .col(moment("at"))
                    .col(integer_null("status"))
                    .col(ColumnDef::new("answer").binary().null())
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("once", &["at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["once", "audit_entry", "letter"]).await
    }
}
