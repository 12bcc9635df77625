//! Which volunteer looks after which couple, and what they noted.

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
                    .table("caseload")
                    .col(pk_uuid("couple_id"))
                    .col(uuid("volunteer_id"))
                    .col(moment("taken_at"))
                    .foreign_key(&mut owned_by("caseload", "couple_id", "couple"))
                    .foreign_key(&mut owned_by("caseload", "volunteer_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("caseload", &["volunteer_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("case_reminder")
                    .col(uuid("couple_id"))
                    .col(text("milestone"))
                    .col(moment("written_at"))
                    .primary_key(Index::create().col("couple_id").col("milestone"))
                    .foreign_key(&mut owned_by("case_reminder", "couple_id", "couple"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("follow_up")
                    .col(pk_uuid("id"))
                    .col(uuid("couple_id"))
                    .col(uuid("account_id"))
                    .col(text_null("milestone"))
                    .col(text("state"))
                    .col(text("note"))
                    .col(moment("at"))
                    .col(moment("recorded_at"))
                    .foreign_key(&mut owned_by("follow_up", "couple_id", "couple"))
                    .foreign_key(&mut refers_to("follow_up", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        // A milestone is answered once; further notes answer none.
        manager.create_index(unique("follow_up", &["couple_id", "milestone"])).await?;
        manager.create_index(index("follow_up", &["couple_id", "at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["follow_up", "case_reminder", "caseload"]).await
    }
}
