//! Who asks for a letter is answered before anybody looks whether the address is known: what is
//! asked for lies in a row of its own until the house comes to it. A sign-up has no password any
//! more, for whoever holds the letter chooses it. Of a link that is used up or too old its digest
//! stays for a while, so that the page can say so.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Hash of a password nobody has: an older binary makes an account of a sign-up whose owner then
/// has to ask for a new password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$/5uh8ldVvcYWbzSZZhPmV/ZjV2PyJtRWTFNBR4C7Xm4";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = Table::alter().table("sign_up").drop_column("password_hash").to_owned();
        manager.alter_table(drop).await?;
        manager
            .create_table(
                Table::create()
                    .table("asked")
                    .col(pk_uuid("id"))
                    .col(text("kind"))
                    .col(binary("door"))
                    .col(binary("asker"))
                    .col(binary_null("wish"))
                    .col(moment("at"))
                    .col(moment_null("done_at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("asked", &["door", "at"])).await?;
        manager.create_index(index("asked", &["done_at", "at"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("spent_link")
                    .col(pk_uuid("id"))
                    .col(binary("token_digest"))
                    .col(boolean("used"))
                    .col(moment("at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("spent_link", &["token_digest"])).await?;
        manager.create_index(index("spent_link", &["at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["spent_link", "asked"]).await?;
        let add = Table::alter().table("sign_up").add_column(text("password_hash").default(NOBODY)).to_owned();
        manager.alter_table(add).await
    }
}
