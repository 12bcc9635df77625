//! What the secret address is made of under which a volunteer's calendar reads what is due.

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
        let calendars = Table::create()
            .table("case_calendar")
            .col(pk_uuid("account_id"))
            .col(binary("nonce"))
            .col(moment("made_at"))
            .foreign_key(&mut owned_by("case_calendar", "account_id", "account"))
            .to_owned();
        manager.create_table(calendars).await?;
        manager.create_index(unique("case_calendar", &["nonce"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["case_calendar"]).await
    }
}
