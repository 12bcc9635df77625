//! Tables and columns are called by the standard word for what they hold. Nothing else changes: every row,
//! index and reference stays.

use sea_orm_migration::prelude::*;

use crate::columns::*;

/// What tables were called, and what they are called.
pub const TABLES: [(&str, &str); 8] = [
    ("once", "idempotency_key"),
    ("sign_in", "token_family"),
    ("asked", "letter_request"),
    ("knock", "sign_in_attempt"),
    ("said_on_ballot", "ballot_consent"),
    ("daily_sign_in", "daily_check_in"),
    ("vigil", "clock_watch"),
    ("pulse", "write_probe"),
];

/// A table as it is called now, and what a column of it was called and is called.
pub const COLUMNS: [(&str, &str, &str); 16] = [
    ("refresh_token", "sign_in_id", "family_id"),
    ("letter_request", "door", "address_digest"),
    ("letter_request", "asker", "network_digest"),
    ("letter_request", "wish", "errand_sealed"),
    ("reset_request", "door", "address_digest"),
    ("sign_in_attempt", "door", "target_digest"),
    ("sign_in_attempt", "asker", "client_digest"),
    ("sign_in_attempt", "marked", "known_device"),
    ("date_exclusion", "said_by", "excluded_by"),
    ("match_consent", "said_at", "given_at"),
    ("clock_watch", "machine_said", "machine_time"),
    ("write_probe", "beats", "writes"),
    ("consent", "words", "text"),
    ("feedback", "words", "comment"),
    ("date_note", "words_sealed", "text_sealed"),
    ("invitation", "words", "details_sealed"),
];

type Covered = (&'static str, &'static [&'static str]);

/// Indices carry the names of what they cover: then and now.
const INDICES: [(Covered, Covered); 8] = [
    (("once", &["at"]), ("idempotency_key", &["at"])),
    (("sign_in", &["account_id"]), ("token_family", &["account_id"])),
    (("refresh_token", &["sign_in_id"]), ("refresh_token", &["family_id"])),
    (("asked", &["door", "at"]), ("letter_request", &["address_digest", "at"])),
    (("asked", &["done_at", "at"]), ("letter_request", &["done_at", "at"])),
    (("knock", &["door", "at"]), ("sign_in_attempt", &["target_digest", "at"])),
    (("knock", &["at"]), ("sign_in_attempt", &["at"])),
    (("reset_request", &["door", "at"]), ("reset_request", &["address_digest", "at"])),
];

/// Nobody is kept apart from the same person twice.
const ONCE_EACH: (Covered, Covered) =
    (("date_exclusion", &["said_by", "about"]), ("date_exclusion", &["excluded_by", "about"]));

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (former, _) in INDICES {
            drop_index(manager, "ix", former).await?;
        }
        drop_index(manager, "ux", ONCE_EACH.0).await?;
        for (former, now) in TABLES {
            manager.rename_table(Table::rename().table(former, now).to_owned()).await?;
        }
        for (table, former, now) in COLUMNS {
            manager.alter_table(Table::alter().table(table).rename_column(former, now).to_owned()).await?;
        }
        for (_, (table, columns)) in INDICES {
            manager.create_index(index(table, columns)).await?;
        }
        manager.create_index(unique(ONCE_EACH.1.0, ONCE_EACH.1.1)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (_, now) in INDICES {
            drop_index(manager, "ix", now).await?;
        }
        drop_index(manager, "ux", ONCE_EACH.1).await?;
        for (table, former, now) in COLUMNS {
            manager.alter_table(Table::alter().table(table).rename_column(now, former).to_owned()).await?;
        }
        for (former, now) in TABLES {
            manager.rename_table(Table::rename().table(now, former).to_owned()).await?;
        }
        for ((table, columns), _) in INDICES {
            manager.create_index(index(table, columns)).await?;
        }
        manager.create_index(unique(ONCE_EACH.0.0, ONCE_EACH.0.1)).await
    }
}

async fn drop_index(manager: &SchemaManager<'_>, prefix: &str, (table, columns): Covered) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name_of(prefix, table, columns)).table(table).to_owned()).await
}
