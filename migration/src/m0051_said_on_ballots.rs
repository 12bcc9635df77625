//! What two people who picked each other said on their ballots about the stage and the volunteers,
//! until it has become their consent.

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
                    .table("said_on_ballot")
                    .col(uuid("match_id"))
                    .col(uuid("registration_id"))
                    .col(boolean("stage"))
                    .col(boolean("follow_up"))
                    .primary_key(Index::create().col("match_id").col("registration_id"))
                    .foreign_key(&mut owned_by("said_on_ballot", "match_id", "pick_match"))
                    .foreign_key(&mut owned_by("said_on_ballot", "registration_id", "registration"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["said_on_ballot"]).await
    }
}
