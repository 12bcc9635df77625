//! 专场: an event may have several boards under one registration. Who applied puts them in order of wish, and a run gives
//! everybody who is selected one of them.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table and column of what is added; the binary before this one knows nothing of any.
const ADDED: [(&str, &str); 3] = [("placement", "board"), ("placement", "refused_boards"), ("screening_run", "boards")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wishes = Table::create()
            .table("board_wish")
            .col(pk_uuid("registration_id"))
            .col(uuid("event_id"))
            .col(text("boards"))
            .col(moment("at"))
            .foreign_key(&mut owned_by("board_wish", "registration_id", "registration"))
            .foreign_key(&mut owned_by("board_wish", "event_id", "event"))
            .to_owned();
        manager.create_table(wishes).await?;
        manager.create_index(index("board_wish", &["event_id"])).await?;
        for (table, column) in ADDED {
            manager.alter_table(Table::alter().table(table).add_column(text_null(column)).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in ADDED.into_iter().rev() {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        drop_tables(manager, &["board_wish"]).await
    }
}
