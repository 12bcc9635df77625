//! What people put on the plaza (posts, comments, declarations), likes, sign-ins, quizzes and complaints.

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
                    .table("contribution")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("registration_id"))
                    .col(text("kind"))
                    .col(uuid_null("post_id"))
                    .col(text("body"))
                    .col(date("day"))
                    .col(text("state"))
                    .col(text_null("reason"))
                    .col(uuid_null("decided_by"))
                    .col(moment_null("decided_at"))
                    .col(moment("at"))
                    .foreign_key(&mut refers_to("contribution", "event_id", "event"))
                    .foreign_key(&mut refers_to("contribution", "registration_id", "registration"))
                    .foreign_key(&mut owned_by("contribution", "post_id", "contribution"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("contribution", &["event_id", "kind", "state", "id"])).await?;
        manager.create_index(index("contribution", &["registration_id", "day"])).await?;
        manager.create_index(index("contribution", &["post_id", "id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("post_like")
                    .col(uuid("post_id"))
                    .col(uuid("registration_id"))
                    .col(moment("at"))
                    .primary_key(Index::create().col("post_id").col("registration_id"))
                    .foreign_key(&mut owned_by("post_like", "post_id", "contribution"))
                    .foreign_key(&mut refers_to("post_like", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("daily_sign_in")
                    .col(uuid("registration_id"))
                    .col(date("day"))
                    .col(uuid("event_id"))
                    .col(moment("at"))
                    .primary_key(Index::create().col("registration_id").col("day"))
                    .foreign_key(&mut refers_to("daily_sign_in", "event_id", "event"))
                    .foreign_key(&mut refers_to("daily_sign_in", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        quizzes(manager).await?;
        complaints(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["complaint", "quiz_answer", "quiz", "daily_sign_in", "post_like", "contribution"];
        drop_tables(manager, &tables).await
    }
}

async fn quizzes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("quiz")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(text("title"))
                .col(json_binary("questions"))
                .col(moment("opens_at"))
                .col(moment("closes_at"))
                .col(uuid("created_by"))
                .col(moment("created_at"))
                .foreign_key(&mut refers_to("quiz", "event_id", "event"))
                .to_owned(),
        )
        .await?;
    manager.create_index(index("quiz", &["event_id", "opens_at"])).await?;
    manager
        .create_table(
            Table::create()
                .table("quiz_answer")
                .col(uuid("quiz_id"))
                .col(uuid("registration_id"))
                .col(json_binary("choices"))
                .col(integer("correct"))
                .col(moment("at"))
                .primary_key(Index::create().col("quiz_id").col("registration_id"))
                .foreign_key(&mut owned_by("quiz_answer", "quiz_id", "quiz"))
                .foreign_key(&mut refers_to("quiz_answer", "registration_id", "registration"))
                .to_owned(),
        )
        .await
}

async fn complaints(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("complaint")
                .col(pk_uuid("id"))
                .col(uuid("event_id"))
                .col(uuid("registration_id"))
                .col(uuid("contribution_id"))
                .col(text("reason"))
                .col(text("state"))
                .col(uuid_null("decided_by"))
                .col(moment_null("decided_at"))
                .col(moment("at"))
                .foreign_key(&mut refers_to("complaint", "event_id", "event"))
                .foreign_key(&mut owned_by("complaint", "contribution_id", "contribution"))
                .foreign_key(&mut refers_to("complaint", "registration_id", "registration"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("complaint", &["contribution_id", "registration_id"])).await?;
    manager.create_index(index("complaint", &["event_id", "state", "id"])).await
}
