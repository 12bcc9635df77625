//! 介绍: who asks a volunteer of the union to introduce somebody, which two were proposed to each other, and what came
//! of it. What one of the two answered stands sealed, and only until both have or the time is over.

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
        requests(manager).await?;
        proposals(manager).await?;
        for (table, content) in [("introduction_answer", "answer_sealed"), ("introduction_given", "sealed")] {
            let of_one = Table::create()
                .table(table)
                .col(uuid("introduction_id"))
                .col(uuid("account_id"))
                .col(binary(content))
                .col(moment("at"))
                .primary_key(Index::create().col("introduction_id").col("account_id"))
                .foreign_key(&mut owned_by(table, "introduction_id", "introduction"))
                .foreign_key(&mut owned_by(table, "account_id", "account"))
                .to_owned();
            manager.create_table(of_one).await?;
            manager.create_index(index(table, &["account_id"])).await?;
        }
        let offers = Table::create()
            .table("introduction_offer")
            .col(uuid("introduction_id"))
            .col(uuid("account_id"))
            .col(json("fields"))
            .col(moment("offered_at"))
            .primary_key(Index::create().col("introduction_id").col("account_id"))
            .foreign_key(&mut owned_by("introduction_offer", "introduction_id", "introduction"))
            .foreign_key(&mut owned_by("introduction_offer", "account_id", "account"))
            .to_owned();
        manager.create_table(offers).await?;
        manager.create_index(index("introduction_offer", &["account_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "introduction_offer",
            "introduction_given",
            "introduction_answer",
            "introduction_place",
            "introduction",
            "introduction_request",
        ];
        drop_tables(manager, &tables).await
    }
}

async fn requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let requests = Table::create()
        .table("introduction_request")
        .col(pk_uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("event_id"))
        .col(uuid("registration_id"))
        .col(uuid("account_id"))
        .col(binary("wish_sealed"))
        .col(json("shows"))
        .col(moment("asked_at"))
        .foreign_key(&mut owned_by("introduction_request", "organization_id", "organization"))
        .foreign_key(&mut owned_by("introduction_request", "event_id", "event"))
        .foreign_key(&mut owned_by("introduction_request", "registration_id", "registration"))
        .foreign_key(&mut owned_by("introduction_request", "account_id", "account"))
        .to_owned();
    manager.create_table(requests).await?;
    // One of a person at a union.
    manager.create_index(unique("introduction_request", &["organization_id", "account_id"])).await?;
    manager.create_index(index("introduction_request", &["event_id"])).await?;
    manager.create_index(index("introduction_request", &["account_id"])).await?;
    manager.create_index(index("introduction_request", &["registration_id"])).await
}

async fn proposals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let proposals = Table::create()
        .table("introduction")
        .col(pk_uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("lo_id"))
        .col(uuid("hi_id"))
        .col(uuid("lo_registration_id"))
        .col(uuid("hi_registration_id"))
        .col(json("lo_shows"))
        .col(json("hi_shows"))
        .col(uuid("proposed_by"))
        .col(boolean("asked"))
        .col(moment("proposed_at"))
        .col(moment("lapses_at"))
        .col(moment_null("together_at"))
        .col(moment_null("opened_at"))
        .col(boolean("over"))
        .foreign_key(&mut owned_by("introduction", "organization_id", "organization"))
        .foreign_key(&mut owned_by("introduction", "lo_id", "account"))
        .foreign_key(&mut owned_by("introduction", "hi_id", "account"))
        .foreign_key(&mut owned_by("introduction", "lo_registration_id", "registration"))
        .foreign_key(&mut owned_by("introduction", "hi_registration_id", "registration"))
        .foreign_key(&mut refers_to("introduction", "proposed_by", "account"))
        .to_owned();
    manager.create_table(proposals).await?;
    // Two are proposed to each other once, whatever came of it.
    manager.create_index(unique("introduction", &["organization_id", "lo_id", "hi_id"])).await?;
    manager.create_index(index("introduction", &["lo_id"])).await?;
    manager.create_index(index("introduction", &["hi_id"])).await?;
    manager.create_index(index("introduction", &["lo_registration_id"])).await?;
    manager.create_index(index("introduction", &["hi_registration_id"])).await?;
    manager.create_index(index("introduction", &["proposed_by"])).await?;
    manager.create_index(index("introduction", &["over", "lapses_at"])).await?;
    // Nobody is asked about two people at once.
    let places = Table::create()
        .table("introduction_place")
        .col(pk_uuid("request_id"))
        .col(uuid("introduction_id"))
        .foreign_key(&mut owned_by("introduction_place", "request_id", "introduction_request"))
        .foreign_key(&mut owned_by("introduction_place", "introduction_id", "introduction"))
        .to_owned();
    manager.create_table(places).await?;
    manager.create_index(index("introduction_place", &["introduction_id"])).await
}
