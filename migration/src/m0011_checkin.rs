//! Attempts at the door, who is inside, and what an organizer has to look at.

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
        // No foreign keys to the event and to the account at the desk: each scan would lock those
        // two rows, and all desks would queue for them. Neither can go while badges refer to them.
        manager
            .create_table(
                Table::create()
                    .table("attempt")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("account_id"))
                    .col(text("device"))
                    .col(text("nonce"))
                    .col(binary("request_digest"))
                    .col(text("kind"))
                    .col(binary_null("code_digest"))
                    .col(text_null("typed"))
                    .col(uuid_null("registration_id"))
                    .col(text("result"))
                    .col(text_null("reason"))
                    .col(moment("at"))
                    .col(moment("received_at"))
                    .col(boolean("offline"))
                    .col(big_integer_null("skew_seconds"))
                    .col(uuid_null("undoes"))
                    .col(text_null("note"))
                    .col(binary("answer"))
                    .foreign_key(&mut refers_to("attempt", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("attempt", &["event_id", "device", "nonce"])).await?;
        manager.create_index(index("attempt", &["event_id", "received_at"])).await?;
        manager.create_index(index("attempt", &["registration_id"])).await?;
        manager
            .create_index(unique("attempt", &["undoes"]).and_where(Expr::col("undoes").is_not_null()).to_owned())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("presence")
                    .col(pk_uuid("registration_id"))
                    .col(uuid("event_id"))
                    .col(text("side"))
                    .col(integer("number"))
                    .col(boolean("inside"))
                    .col(moment("since"))
                    .col(text("device"))
                    .col(moment("moved_at"))
                    .col(uuid("attempt_id"))
                    .foreign_key(&mut refers_to("presence", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("presence", &["event_id", "inside"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("scan_review")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("attempt_id"))
                    .col(text("kind"))
                    .col(text_null("reason"))
                    .col(uuid_null("against_id"))
                    .col(moment("opened_at"))
                    .col(moment_null("settled_at"))
                    .col(uuid_null("settled_by"))
                    .col(text_null("note"))
                    .foreign_key(&mut refers_to("scan_review", "attempt_id", "attempt"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("scan_review", &["attempt_id", "kind"])).await?;
        manager.create_index(index("scan_review", &["event_id", "settled_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["scan_review", "presence", "attempt"]).await
    }
}
