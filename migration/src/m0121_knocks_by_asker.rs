//! Wrong passwords are counted for each asker and for a day. What was counted before is forgotten: it
//! would have been within a quarter of an hour.

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
        drop_tables(manager, &["knock"]).await?;
        manager
            .create_table(
                Table::create()
                    .table("knock")
                    .col(pk_uuid("id"))
                    .col(binary("door"))
                    .col(binary("asker"))
                    .col(boolean("marked"))
                    .col(moment("at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("knock", &["door", "at"])).await?;
        manager.create_index(index("knock", &["at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["knock"]).await?;
        manager
            .create_table(
                Table::create().table("knock").col(pk_uuid("id")).col(binary("door")).col(moment("at")).to_owned(),
            )
            .await?;
        manager.create_index(index("knock", &["door", "at"])).await?;
        manager.create_index(index("knock", &["at"])).await
    }
}
