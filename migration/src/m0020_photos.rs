//! Photos of what people put on the plaza. They lie in the database: a backup is still one file, what
//! several processes share they share already, and what is erased with a person is erased in one
//! transaction.

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
                    .table("photo")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("contribution_id"))
                    .col(integer("place"))
                    .col(integer("width"))
                    .col(integer("height"))
                    .col(binary("small"))
                    .col(binary("large"))
                    .foreign_key(&mut refers_to("photo", "event_id", "event"))
                    .foreign_key(&mut owned_by("photo", "contribution_id", "contribution"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("photo", &["contribution_id", "place"])).await?;
        // Who is out of somebody's sight is asked from both sides on every page of the plaza.
        manager.create_index(index("date_exclusion", &["about"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_date_exclusion_about").table("date_exclusion").to_owned()).await?;
        drop_tables(manager, &["photo"]).await
    }
}
