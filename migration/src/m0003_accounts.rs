//! Who signs in, what others may see of them, and the tokens that prove it.

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
                    .table("account")
                    .col(pk_uuid("id"))
                    .col(text("email"))
                    .col(text_null("password_hash"))
                    .col(text("language"))
                    .col(boolean("administrator"))
                    .col(moment("created_at"))
                    .col(moment_null("verified_at"))
                    .col(moment_null("erased_at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("account", &["email"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("profile")
                    .col(pk_uuid("account_id"))
                    .col(text("nickname"))
                    .col(text("gender"))
                    .col(integer_null("birth_year"))
                    .col(text_null("education"))
                    .col(text_null("district"))
                    .col(json_binary("interests"))
                    .col(text_null("about"))
                    .col(text_null("real_name"))
                    .col(text_null("phone"))
                    .col(text_null("wechat"))
                    .col(uuid_null("unit_id"))
                    .foreign_key(&mut owned_by("profile", "account_id", "account"))
                    .foreign_key(&mut may_forget("profile", "unit_id", "unit"))
                    .to_owned(),
            )
            .await?;
        for (table, kind) in [("mail_token", true), ("session", false), ("refresh_token", false)] {
            let mut create = Table::create()
                .table(table)
                .col(pk_uuid("id"))
                .col(uuid("account_id"))
                .col(binary("token_digest"))
                .col(moment("issued_at"))
                .col(moment("expires_at"))
                .col(moment_null("spent_at"))
                .foreign_key(&mut owned_by(table, "account_id", "account"))
                .to_owned();
            if kind {
                create.col(text("kind"));
            }
            if table == "refresh_token" {
                create.col(uuid("family_id")).col(moment_null("revoked_at"));
            }
            manager.create_table(create).await?;
            manager.create_index(unique(table, &["token_digest"])).await?;
            manager.create_index(index(table, &["account_id"])).await?;
        }
        manager.create_index(index("refresh_token", &["family_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("sign_in_failure")
                    .col(pk_uuid("id"))
                    .col(binary("email_digest"))
                    .col(moment("at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("sign_in_failure", &["email_digest", "at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sign_in_failure", "refresh_token", "session", "mail_token", "profile", "account"]).await
    }
}
