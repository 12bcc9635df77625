//! What each of two lets their volunteer see, sealed: a snapshot of when they said so.

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
        let allowed = Table::create()
            .table("volunteer_contact")
            .col(uuid("match_id"))
            .col(uuid("registration_id"))
            .col(json("fields"))
            .col(binary("sealed"))
            .col(moment("given_at"))
            .primary_key(Index::create().col("match_id").col("registration_id"))
            .foreign_key(&mut owned_by("volunteer_contact", "match_id", "pick_match"))
            .foreign_key(&mut owned_by("volunteer_contact", "registration_id", "registration"))
            .to_owned();
        manager.create_table(allowed).await?;
        manager.create_index(index("volunteer_contact", &["registration_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["volunteer_contact"]).await
    }
}
