//! A second proof beside the password: a sealed secret an authenticator app shares, and codes for the
//! day the phone is lost. Unions may demand it of their staff.

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
                    .table("second_factor")
                    .col(pk_uuid("account_id"))
                    .col(binary("secret_sealed"))
                    .col(moment("begun_at"))
                    .col(moment_null("confirmed_at"))
                    .col(big_integer("last_step"))
                    .foreign_key(&mut owned_by("second_factor", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("recovery_code")
                    .col(pk_uuid("id"))
                    .col(uuid("account_id"))
                    .col(binary("digest"))
                    .col(moment_null("spent_at"))
                    .foreign_key(&mut owned_by("recovery_code", "account_id", "account"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("recovery_code", &["account_id"])).await?;
        let demands = boolean("demands_second_factor").default(false).take();
        manager.alter_table(Table::alter().table("organization").add_column(demands).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let demands = Table::alter().table("organization").drop_column("demands_second_factor").to_owned();
        manager.alter_table(demands).await?;
        drop_tables(manager, &["recovery_code", "second_factor"]).await
    }
}
