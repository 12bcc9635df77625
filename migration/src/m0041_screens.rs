//! Big screens: browsers that may watch one evening and do nothing else.

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
                    .table("screen_pass")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("made_by"))
                    .col(moment("made_at"))
                    .col(binary("token_digest"))
                    .col(moment_null("opened_at"))
                    .col(moment_null("revoked_at"))
                    .foreign_key(&mut refers_to("screen_pass", "event_id", "event"))
                    .foreign_key(&mut refers_to("screen_pass", "made_by", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("screen_pass", &["token_digest"])).await?;
        manager.create_index(index("screen_pass", &["event_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["screen_pass"]).await
    }
}
