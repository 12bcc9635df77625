//! The evening: rounds of dates whose clock can stand still, pick rounds nobody used, screens that are
//! paired by six digits, and the names people had at the doors.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Table, column and kind of what is added; the binary before this one knows nothing of any.
fn added() -> [(&'static str, ColumnDef); 6] {
    [
        ("date_round", moment_null("paused_at")),
        ("date_round", big_integer("extra_ms").default(0).take()),
        ("pick_round", boolean("unused").default(false).take()),
        ("screen_pass", binary_null("code_mac")),
        ("screen_pass", integer("wrong_codes").default(0).take()),
        ("presence", text_null("nickname")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in added() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        manager.create_index(index("screen_pass", &["code_mac"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_screen_pass_code_mac").table("screen_pass").to_owned()).await?;
        for (table, column) in added().into_iter().rev() {
            let name = column.get_column_name().to_string();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
