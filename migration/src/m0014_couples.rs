//! Who agreed to be shown and looked after, and what contact details were offered and opened.

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
                    .table("match_consent")
                    .col(uuid("match_id"))
                    .col(uuid("registration_id"))
                    .col(boolean("show"))
                    .col(boolean("follow_up"))
                    .col(moment("said_at"))
                    .primary_key(Index::create().col("match_id").col("registration_id"))
                    .foreign_key(&mut owned_by("match_consent", "match_id", "pick_match"))
                    .foreign_key(&mut owned_by("match_consent", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("couple")
                    .col(pk_uuid("id"))
                    .col(uuid("event_id"))
                    .col(uuid("match_id"))
                    .col(uuid("lo_id"))
                    .col(uuid("hi_id"))
                    .col(boolean("on_stage"))
                    .col(moment("formed_at"))
                    .col(moment_null("withdrawn_at"))
                    .col(moment_null("follow_up_since"))
                    .foreign_key(&mut refers_to("couple", "event_id", "event"))
                    .foreign_key(&mut refers_to("couple", "match_id", "pick_match"))
                    .foreign_key(&mut refers_to("couple", "lo_id", "registration"))
                    .foreign_key(&mut refers_to("couple", "hi_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(unique("couple", &["match_id"])).await?;
        manager.create_index(index("couple", &["event_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("contact_offer")
                    .col(uuid("match_id"))
                    .col(uuid("registration_id"))
                    .col(json_binary("fields"))
                    .col(moment("offered_at"))
                    .primary_key(Index::create().col("match_id").col("registration_id"))
                    .foreign_key(&mut owned_by("contact_offer", "match_id", "pick_match"))
                    .foreign_key(&mut owned_by("contact_offer", "registration_id", "registration"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("contact_opening")
                    .col(pk_uuid("match_id"))
                    .col(moment("opened_at"))
                    .foreign_key(&mut owned_by("contact_opening", "match_id", "pick_match"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["contact_opening", "contact_offer", "couple", "match_consent"]).await
    }
}
