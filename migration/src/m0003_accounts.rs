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
                    .to_owned(),
            )
            .await?;
        sign_ups(manager).await?;
        sign_ins(manager).await?;
        manager
            .create_table(
                Table::create().table("knock").col(pk_uuid("id")).col(binary("door")).col(moment("at")).to_owned(),
            )
            .await?;
        manager.create_index(index("knock", &["door", "at"])).await?;
        manager.create_index(index("knock", &["at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["knock", "refresh_token", "sign_in", "session", "reset_request", "sign_up", "profile", "account"],
        )
        .await
    }
}

/// What is kept of people who have not proven their address, and of those who forgot a password.
async fn sign_ups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("sign_up")
                .col(pk_uuid("id"))
                .col(text("email"))
                .col(text("password_hash"))
                .col(text("nickname"))
                .col(text("gender"))
                .col(uuid_null("unit_id"))
                .col(text("language"))
                .col(binary("token_digest"))
                .col(moment("at"))
                .col(moment("expires_at"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("sign_up", &["token_digest"])).await?;
    manager.create_index(index("sign_up", &["expires_at"])).await?;
    manager.create_index(index("sign_up", &["email", "at"])).await?;
    manager
        .create_table(
            Table::create()
                .table("reset_request")
                .col(pk_uuid("id"))
                .col(uuid_null("account_id"))
                .col(binary("door"))
                .col(binary("token_digest"))
                .col(moment("at"))
                .col(moment("expires_at"))
                .foreign_key(&mut owned_by("reset_request", "account_id", "account"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("reset_request", &["token_digest"])).await?;
    manager.create_index(index("reset_request", &["expires_at"])).await?;
    manager.create_index(index("reset_request", &["door", "at"])).await?;
    manager.create_index(index("reset_request", &["account_id"])).await
}

async fn sign_ins(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("session")
                .col(pk_uuid("id"))
                .col(uuid("account_id"))
                .col(binary("token_digest"))
                .col(moment("at"))
                .col(moment("expires_at"))
                .foreign_key(&mut owned_by("session", "account_id", "account"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("session", &["token_digest"])).await?;
    manager.create_index(index("session", &["expires_at"])).await?;
    manager.create_index(index("session", &["account_id"])).await?;
    manager
        .create_table(
            Table::create()
                .table("sign_in")
                .col(pk_uuid("id"))
                .col(uuid("account_id"))
                .col(moment("at"))
                .col(moment_null("revoked_at"))
                .foreign_key(&mut owned_by("sign_in", "account_id", "account"))
                .to_owned(),
        )
        .await?;
    manager.create_index(index("sign_in", &["account_id"])).await?;
    manager
        .create_table(
            Table::create()
                .table("refresh_token")
                .col(pk_uuid("id"))
                .col(uuid("sign_in_id"))
                .col(binary("token_digest"))
                .col(moment("issued_at"))
                .col(moment("expires_at"))
                .col(moment_null("spent_at"))
                .foreign_key(&mut owned_by("refresh_token", "sign_in_id", "sign_in"))
                .to_owned(),
        )
        .await?;
    manager.create_index(unique("refresh_token", &["token_digest"])).await?;
    manager.create_index(index("refresh_token", &["expires_at"])).await?;
    manager.create_index(index("refresh_token", &["sign_in_id"])).await
}
