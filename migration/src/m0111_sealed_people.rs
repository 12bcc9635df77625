//! Real names, contact details and notes about people are sealed at rest; a whole real name is found
//! by a keyed digest.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SEALED: [(&str, &str, bool); 5] = [
    ("profile", "real_name", false),
    ("profile", "phone", false),
    ("profile", "wechat", false),
    ("date_note", "words", true),
    ("follow_up", "note", true),
];

const SAID: [&str; 4] = ["subject", "words", "subject_en", "words_en"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, required) in SEALED {
            seal(manager, table, column, column, required).await?;
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        let said = "'subject', subject, 'text', words, 'subject_en', subject_en, 'text_en', words_en";
        let said = match manager.get_database_backend() {
            DbBackend::Postgres => format!("json_build_object({said})::text"),
            _ => format!("json_object({said})"),
        };
        seal(manager, "announcement", "message", &said, true).await?;
        for column in SAID {
            manager.alter_table(Table::alter().table("announcement").drop_column(column).to_owned()).await?;
        }
        let digest = binary_null("real_name_digest").take();
        manager.alter_table(Table::alter().table("profile").add_column(digest).to_owned()).await
    }

    /// What was sealed cannot be opened here: real names, contact details, notes and the words of
    /// announcements are lost.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("profile").drop_column("real_name_digest").to_owned()).await?;
        manager.alter_table(Table::alter().table("announcement").drop_column("message_sealed").to_owned()).await?;
        for column in SAID {
            let lost = if column.ends_with("_en") { text_null(column).take() } else { text(column).default("").take() };
            manager.alter_table(Table::alter().table("announcement").add_column(lost).to_owned()).await?;
        }
        for (table, column, required) in SEALED {
            let sealed = format!("{column}_sealed");
            manager.alter_table(Table::alter().table(table).drop_column(sealed).to_owned()).await?;
            let lost = if required { text(column).default("").take() } else { text_null(column).take() };
            manager.alter_table(Table::alter().table(table).add_column(lost).to_owned()).await?;
        }
        Ok(())
    }
}
