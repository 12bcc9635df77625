//! What people agreed to, in the words they read; and on a sign-up, until there is an account.

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
                    .table("consent")
                    .col(pk_uuid("id"))
                    .col(uuid("account_id"))
                    .col(uuid_null("registration_id"))
                    .col(text("sentence"))
                    .col(text("words"))
                    .col(moment("at"))
                    .foreign_key(&mut owned_by("consent", "account_id", "account"))
                    .foreign_key(&mut owned_by("consent", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("consent", &["account_id"])).await?;
        manager.create_index(index("consent", &["registration_id"])).await?;
        let agreed = json_binary("agreed").default("[]").take();
        manager.alter_table(Table::alter().table("sign_up").add_column(agreed).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("sign_up").drop_column("agreed").to_owned()).await?;
        drop_tables(manager, &["consent"]).await
    }
}
