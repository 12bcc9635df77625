//! Date plans, rounds, tables and who is never seated together.

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
                    .table("date_plan")
                    .col(pk_uuid("event_id"))
                    .col(integer("version"))
                    .col(integer_null("rounds"))
                    .col(integer_null("tables"))
                    .col(boolean("looks_after_the_lowest"))
                    .col(big_integer("score"))
                    .col(big_integer("best_score"))
                    .col(boolean("proven"))
                    .col(moment_null("planned_at"))
                    .foreign_key(&mut refers_to("date_plan", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("date_round")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(integer("number"))
                    .col(text("state"))
                    .col(moment_null("started_at"))
                    .col(moment_null("finished_at"))
                    .foreign_key(&mut refers_to("date_round", "event_id", "event"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("date_round", &["event_id", "number"])).await?;
        sittings(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("date_exclusion")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("said_by"))
                    .col(uuid("about"))
                    .col(text("because"))
                    .col(moment("at"))
                    .foreign_key(&mut refers_to("date_exclusion", "event_id", "event"))
                    .foreign_key(&mut refers_to("date_exclusion", "said_by", "registration"))
                    .foreign_key(&mut refers_to("date_exclusion", "about", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("date_exclusion", &["event_id"])).await?;
        manager.create_index(unique("date_exclusion", &["said_by", "about"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["date_exclusion", "sat_out", "sitting", "date_round", "date_plan"]).await
    }
}

/// Who sits, and who is present and has no table.
async fn sittings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("sitting")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(uuid("round_id"))
                .col(integer("table_number"))
                .col(uuid("one_id"))
                .col(uuid("other_id"))
                .col(integer("score"))
                .col(boolean("held"))
                .foreign_key(&mut owned_by("sitting", "round_id", "date_round"))
                .foreign_key(&mut refers_to("sitting", "one_id", "registration"))
                .foreign_key(&mut refers_to("sitting", "other_id", "registration"))
                .to_owned(),
        )
        .await?;
    for seat in ["table_number", "one_id", "other_id"] {
        manager.create_index(unique("sitting", &["round_id", seat])).await?;
    }
    // Nobody meets the same person twice in an evening, except where their table did not take place.
    manager
        .create_index(
            unique("sitting", &["event_id", "one_id", "other_id"]).and_where(Expr::col("held").eq(true)).to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("sat_out")
                .col(uuid("round_id"))
                .col(uuid("registration_id"))
                .primary_key(Index::create().col("round_id").col("registration_id"))
                .foreign_key(&mut owned_by("sat_out", "round_id", "date_round"))
                .foreign_key(&mut refers_to("sat_out", "registration_id", "registration"))
                .to_owned(),
        )
        .await
}
