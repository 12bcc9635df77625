//! What organizers wrote to many people at once, and which letters that became.

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
                    .table("announcement")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(text("subject"))
                    .col(text("words"))
                    .col(text_null("subject_en"))
                    .col(text_null("words_en"))
                    .col(json("whom"))
                    .col(text("digest"))
                    .col(integer("people"))
                    .col(uuid("sent_by"))
                    .col(moment("sent_at"))
                    .foreign_key(&mut refers_to("announcement", "event_id", "event"))
                    .foreign_key(&mut refers_to("announcement", "sent_by", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("announcement", &["event_id", "digest"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("announcement_letter")
                    .col(pk_uuid("letter_id"))
                    .col(uuid("announcement_id"))
                    .foreign_key(&mut owned_by("announcement_letter", "letter_id", "letter"))
                    .foreign_key(&mut owned_by("announcement_letter", "announcement_id", "announcement"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("announcement_letter", &["announcement_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["announcement_letter", "announcement"]).await
    }
}
