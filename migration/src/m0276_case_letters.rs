//! What a volunteer and the two they look after write to each other through the house, and who wants no more of it.

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
        let letters = Table::create()
            .table("case_letter")
            .col(pk_uuid("id"))
            .col(uuid("couple_id"))
            .col(uuid("registration_id"))
            .col(uuid("written_by"))
            .col(boolean("by_volunteer"))
            .col(binary("text_sealed"))
            .col(date("day"))
            .col(moment("at"))
            .foreign_key(&mut owned_by("case_letter", "couple_id", "couple"))
            .foreign_key(&mut owned_by("case_letter", "registration_id", "registration"))
            .foreign_key(&mut refers_to("case_letter", "written_by", "account"))
            .to_owned();
        manager.create_table(letters).await?;
        manager.create_index(index("case_letter", &["couple_id", "id"])).await?;
        manager.create_index(index("case_letter", &["registration_id", "day"])).await?;
        manager.create_index(index("case_letter", &["written_by"])).await?;
        let stopped = Table::create()
            .table("case_letters_stopped")
            .col(uuid("couple_id"))
            .col(uuid("registration_id"))
            .col(moment("at"))
            .primary_key(Index::create().col("couple_id").col("registration_id"))
            .foreign_key(&mut owned_by("case_letters_stopped", "couple_id", "couple"))
            .foreign_key(&mut owned_by("case_letters_stopped", "registration_id", "registration"))
            .to_owned();
        manager.create_table(stopped).await?;
        manager.create_index(index("case_letters_stopped", &["registration_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["case_letters_stopped", "case_letter"]).await
    }
}
