//! Letters are sealed at rest, and who opened one of them is on record for its addressee.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let contents = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "json_build_object('subject', subject, 'plain', plain, 'html', html, 'attachments', attachments)::text"
            }
            _ => {
                "json_object('subject', subject, 'plain', plain, 'html', html, 'attachments', json(CAST(attachments AS TEXT)))"
            }
        };
        seal(manager, "letter", "recipient", "recipient", true).await?;
        seal(manager, "letter", "contents", contents, false).await?;
        seal(manager, "letter", "last_error", "last_error", false).await?;
        for column in ["recipient", "subject", "plain", "html", "attachments", "last_error"] {
            manager.alter_table(Table::alter().table("letter").drop_column(column).to_owned()).await?;
        }
        let digest = binary_null("recipient_digest").take();
        manager.alter_table(Table::alter().table("letter").add_column(digest).to_owned()).await?;
        manager.create_index(index("letter", &["recipient_digest"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("letter_opening")
                    .col(pk_uuid("id"))
                    .col(uuid("letter_id"))
                    .col(text("kind"))
                    .col(uuid_null("account_id"))
                    .col(binary("recipient_digest"))
                    .col(uuid("opened_by"))
                    .col(moment("at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("letter_opening", &["account_id"])).await?;
        manager.create_index(index("letter_opening", &["recipient_digest"])).await
    }

    /// What was sealed cannot be opened here: what letters said, to whom they went and what mail
    /// servers answered is lost. Those that still waited count as given up.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["letter_opening"]).await?;
        manager.drop_index(Index::drop().name("ix_letter_recipient_digest").table("letter").to_owned()).await?;
        for column in ["recipient_digest", "recipient_sealed", "contents_sealed", "last_error_sealed"] {
            manager.alter_table(Table::alter().table("letter").drop_column(column).to_owned()).await?;
        }
        for column in ["recipient", "subject", "plain", "html"] {
            let lost = text(column).default("").take();
            manager.alter_table(Table::alter().table("letter").add_column(lost).to_owned()).await?;
        }
        let lost = json_binary("attachments").default("[]").take();
        manager.alter_table(Table::alter().table("letter").add_column(lost).to_owned()).await?;
        manager.alter_table(Table::alter().table("letter").add_column(text_null("last_error")).to_owned()).await?;
        let given_up = "UPDATE letter SET state = 'failed', leased_until = NULL, \
            last_error = 'sealed by a newer version of the house' WHERE state = 'waiting'";
        manager.get_connection().execute_unprepared(given_up).await?;
        Ok(())
    }
}
