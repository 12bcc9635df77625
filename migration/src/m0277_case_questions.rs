//! That one of two was asked how it goes, by a link that answers once; and what they answered.

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
        let questions = Table::create()
            .table("case_question")
            .col(pk_uuid("id"))
            .col(uuid("couple_id"))
            .col(uuid("registration_id"))
            .col(text("milestone"))
            .col(integer("turn"))
            .col(moment("asked_at"))
            .col(moment("expires_at"))
            .col(moment_null("answered_at"))
            .col(binary_null("answer_sealed"))
            .col(moment_null("again_at"))
            .foreign_key(&mut owned_by("case_question", "couple_id", "couple"))
            .foreign_key(&mut owned_by("case_question", "registration_id", "registration"))
            .to_owned();
        manager.create_table(questions).await?;
        // Who is asked twice at once is asked once.
        let once = &["couple_id", "registration_id", "milestone", "turn"];
        manager.create_index(unique("case_question", once)).await?;
        manager.create_index(index("case_question", &["registration_id"])).await?;
        manager.create_index(index("case_question", &["again_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The former binary knows no task of a year: what was written about it is forgotten, what was noted stays.
        let database = manager.get_connection();
        database.execute_unprepared("DELETE FROM case_reminder WHERE milestone = 'one_year'").await?;
        database.execute_unprepared("UPDATE follow_up SET milestone = NULL WHERE milestone = 'one_year'").await?;
        drop_tables(manager, &["case_question"]).await
    }
}
