//! Who applied to which event, and what became of it.

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
                    .table("registration")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("account_id"))
                    .col(uuid("unit_id"))
                    .col(text("side"))
                    .col(integer("number"))
                    .col(text("status"))
                    .col(text_null("band"))
                    .col(integer("class"))
                    .col(boolean("held"))
                    .col(json_binary("answers"))
                    .col(text_null("reason"))
                    .col(moment("applied_at"))
                    .col(moment_null("decided_at"))
                    .col(moment_null("reply_by"))
                    .foreign_key(&mut refers_to("registration", "event_id", "event"))
                    .foreign_key(&mut refers_to("registration", "account_id", "account"))
                    .foreign_key(&mut refers_to("registration", "unit_id", "unit"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("registration", &["event_id", "number"])).await?;
        manager.create_index(index("registration", &["event_id", "status"])).await?;
        manager.create_index(index("registration", &["account_id"])).await?;
        // Nobody holds two seats: at most one registration of a person and event is alive, while
        // withdrawn and rejected ones stay on record beside it.
        manager
            .create_index(
                unique("registration", &["event_id", "account_id"])
                    .and_where(Expr::col("status").is_not_in(["withdrawn", "rejected"]))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["registration"]).await
    }
}
