//! What vouches, under a key of the house, that a row is what the house made of it: whose a token is,
//! which address and which rights an account has. And a place for a password's hash that is sealed.
//!
//! Rows from before are bound at the next start, which has the keys; a migration has none.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The tables whose rows a token opens something by.
const TOKENS: [&str; 6] = ["session", "refresh_token", "sign_up", "reset_request", "device", "screen_pass"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TOKENS {
            manager.alter_table(Table::alter().table(table).add_column(binary_null("token_bond")).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("sign_in").add_column(binary_null("bond")).to_owned()).await?;
        for column in ["bond", "password"] {
            manager.alter_table(Table::alter().table("account").add_column(binary_null(column)).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["password", "bond"] {
            manager.alter_table(Table::alter().table("account").drop_column(column).to_owned()).await?;
        }
        manager.alter_table(Table::alter().table("sign_in").drop_column("bond").to_owned()).await?;
        for table in TOKENS {
            manager.alter_table(Table::alter().table(table).drop_column("token_bond").to_owned()).await?;
        }
        Ok(())
    }
}
