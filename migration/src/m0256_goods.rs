//! Goods for points: what was earned becomes credit of the union, and credit becomes vouchers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

fn credit() -> [TableCreateStatement; 3] {
    let accounts = Table::create()
        .table("credit_account")
        .col(uuid("organization_id"))
        .col(uuid("account_id"))
        .col(big_integer("balance"))
        .primary_key(Index::create().col("organization_id").col("account_id"))
        .foreign_key(&mut owned_by("credit_account", "organization_id", "organization"))
        .foreign_key(&mut refers_to("credit_account", "account_id", "account"))
        .to_owned();
    let bookings = Table::create()
        .table("credit_booking")
        .col(uuid("event_id").primary_key())
        .col(integer("people"))
        .col(big_integer("credit"))
        .col(moment("at"))
        .foreign_key(&mut owned_by("credit_booking", "event_id", "event"))
        .to_owned();
    let entries = Table::create()
        .table("credit_entry")
        .col(pk_uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("account_id"))
        .col(text("kind"))
        .col(big_integer("amount"))
        .col(uuid_null("event_id"))
        .col(uuid_null("voucher_id"))
        .col(moment("at"))
        .foreign_key(&mut owned_by("credit_entry", "organization_id", "organization"))
        .foreign_key(&mut refers_to("credit_entry", "account_id", "account"))
        .foreign_key(&mut refers_to("credit_entry", "event_id", "event"))
        .foreign_key(&mut refers_to("credit_entry", "voucher_id", "voucher"))
        .to_owned();
    [accounts, bookings, entries]
}

fn rules() -> TableCreateStatement {
    Table::create()
        .table("goods_rule")
        .col(uuid("organization_id").primary_key())
        .col(boolean("open"))
        .col(integer("valid_days"))
        .col(boolean("credit_returns"))
        .col(moment("since"))
        .foreign_key(&mut owned_by("goods_rule", "organization_id", "organization"))
        .to_owned()
}

fn goods() -> TableCreateStatement {
    Table::create()
        .table("goods")
        .col(pk_uuid("id"))
        .col(uuid("organization_id"))
        .col(text("name"))
        .col(text("about"))
        .col(big_integer("price"))
        .col(integer("stock"))
        .col(integer("taken"))
        .col(integer("most_each"))
        .col(text("place"))
        .col(moment("from_at"))
        .col(moment("until_at"))
        .col(moment_null("withdrawn_at"))
        .col(uuid("made_by"))
        .col(moment("made_at"))
        .foreign_key(&mut owned_by("goods", "organization_id", "organization"))
        .foreign_key(&mut refers_to("goods", "made_by", "account"))
        .to_owned()
}

fn shops() -> TableCreateStatement {
    Table::create()
        .table("shop")
        .col(pk_uuid("id"))
        .col(uuid("organization_id"))
        .col(text("name"))
        .col(binary("invitation_digest"))
        .col(moment("invitation_ends_at"))
        .col(binary_null("token_digest"))
        .col(binary_null("token_bond"))
        .col(uuid("invited_by"))
        .col(moment("invited_at"))
        .col(moment_null("paired_at"))
        .col(moment_null("revoked_at"))
        .foreign_key(&mut owned_by("shop", "organization_id", "organization"))
        .foreign_key(&mut refers_to("shop", "invited_by", "account"))
        .to_owned()
}

fn vouchers() -> TableCreateStatement {
    Table::create()
        .table("voucher")
        .col(pk_uuid("id"))
        .col(uuid("organization_id"))
        .col(uuid("goods_id"))
        .col(uuid("account_id"))
        .col(big_integer("price"))
        .col(binary("code_digest"))
        .col(text("state"))
        .col(moment("taken_at"))
        .col(moment("valid_until"))
        .col(moment_null("ended_at"))
        .col(uuid_null("shop_id"))
        .col(uuid_null("ended_by"))
        .col(text_null("reason"))
        .foreign_key(&mut owned_by("voucher", "organization_id", "organization"))
        .foreign_key(&mut refers_to("voucher", "goods_id", "goods"))
        .foreign_key(&mut refers_to("voucher", "account_id", "account"))
        .foreign_key(&mut refers_to("voucher", "shop_id", "shop"))
        .foreign_key(&mut refers_to("voucher", "ended_by", "account"))
        .to_owned()
}

/// Lines of credit are only ever added, whoever writes.
async fn append_only(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let database = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        // The function is the ledger's (m0007).
        let guard = "CREATE TRIGGER credit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_entry \
                     FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()";
        database.execute_unprepared(guard).await?;
        return Ok(());
    }
    for change in ["UPDATE", "DELETE"] {
        let guard = format!(
            "CREATE TRIGGER credit_entry_no_{change} BEFORE {change} ON credit_entry \
             BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        );
        database.execute_unprepared(&guard).await?;
    }
    Ok(())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [accounts, bookings, entries] = credit();
        for table in [rules(), goods(), shops(), vouchers(), accounts, bookings, entries] {
            manager.create_table(table).await?;
        }
        for index in [
            index("credit_account", &["account_id"]),
            // What an event earned somebody is booked once.
            unique("credit_entry", &["organization_id", "account_id", "event_id"]),
            // A voucher is paid once, and its price comes back once.
            unique("credit_entry", &["voucher_id", "kind"]),
            index("credit_entry", &["account_id"]),
            index("credit_entry", &["event_id"]),
            index("goods", &["organization_id"]),
            index("goods", &["made_by"]),
            index("shop", &["organization_id"]),
            index("shop", &["invited_by"]),
            unique("shop", &["invitation_digest"]),
            unique("shop", &["token_digest"]),
            unique("voucher", &["code_digest"]),
            index("voucher", &["organization_id", "id"]),
            index("voucher", &["account_id"]),
            index("voucher", &["goods_id", "account_id"]),
            index("voucher", &["state", "valid_until"]),
            index("voucher", &["shop_id"]),
            index("voucher", &["ended_by"]),
        ] {
            manager.create_index(index).await?;
        }
        append_only(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["credit_entry", "credit_booking", "credit_account", "voucher", "shop", "goods", "goods_rule"];
        drop_tables(manager, &tables).await
    }
}
