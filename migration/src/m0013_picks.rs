//! Pick rounds, sealed ballots and matches.

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
                    .table("pick_round")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(integer("number"))
                    .col(integer("most"))
                    .col(text("sides"))
                    .col(text("state"))
                    .col(binary_null("coin"))
                    .col(moment("planned_at"))
                    .col(moment_null("opened_at"))
                    .col(moment_null("closed_at"))
                    .col(moment_null("tallied_at"))
                    .col(json_binary("receipts"))
                    .col(integer_null("ballots"))
                    .col(integer_null("picks"))
                    .col(integer_null("matches"))
                    .foreign_key(&mut refers_to("pick_round", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("pick_round", &["event_id", "number"])).await?;
        // A hall lights up for one round at a time.
        manager
            .create_index(unique("pick_round", &["event_id"]).and_where(Expr::col("state").eq("open")).to_owned())
            .await?;
        // No time and no counter: a row must not tell whether its owner ever sent a ballot.
        manager
            .create_table(
                Table::create()
                    .table("ballot")
                    .col(uuid("round_id"))
                    .col(uuid("registration_id"))
                    .col(integer("person"))
                    .col(binary("sealed"))
                    .primary_key(Index::create().col("round_id").col("registration_id"))
                    .foreign_key(&mut owned_by("ballot", "round_id", "pick_round"))
                    .foreign_key(&mut owned_by("ballot", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("pick_match")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("round_id"))
                    .col(uuid("lo_id"))
                    .col(uuid("hi_id"))
                    .col(boolean("on_stage"))
                    .col(moment("found_at"))
                    .check(Expr::col("lo_id").lt(Expr::col("hi_id")))
                    .foreign_key(&mut refers_to("pick_match", "event_id", "event"))
                    .foreign_key(&mut owned_by("pick_match", "round_id", "pick_round"))
                    .foreign_key(&mut refers_to("pick_match", "lo_id", "registration"))
                    .foreign_key(&mut refers_to("pick_match", "hi_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("pick_match", &["round_id", "lo_id", "hi_id"])).await?;
        manager.create_index(index("pick_match", &["event_id"])).await?;
        manager.create_index(index("pick_match", &["lo_id"])).await?;
        manager.create_index(index("pick_match", &["hi_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["pick_match", "ballot", "pick_round"]).await
    }
}
