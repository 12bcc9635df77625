//! Codes for the day the phone is lost: shown once, each good once, kept as keyed digests.

use data_encoding::BASE32_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, PaginatorTrait, QueryFilter};
use unicode_normalization::UnicodeNormalization;

use crate::app::App;
use crate::error::Fault;

/// How many somebody is given.
pub const MANY: usize = 10;

const PURPOSE: &str = "accounts/recovery code";
/// 80 bits: nobody guesses one, and it is sixteen letters to type.
const BYTES: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub digest: Vec<u8>,
    pub spent_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Letters and digits alone, as typed with blanks, hyphens and small or full-width letters.
#[must_use]
pub fn folded(typed: &str) -> String {
    typed.nfkc().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// Fresh codes in the place of all former ones: the texts for their owner.
pub async fn renew(txn: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<Vec<String>, Fault> {
    Entity::delete_many().filter(Column::AccountId.eq(account)).exec(txn).await?;
    let mut codes = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        let code = BASE32_NOPAD.encode(&app.chance.secret::<BYTES>()?);
        let row = ActiveModel {
            id: Set(app.new_id()),
            account_id: Set(account),
            digest: Set(app.secrets.lasting_mac(PURPOSE, &[account.as_bytes(), code.as_bytes()])),
            spent_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(txn).await?;
        let quarters = [code.get(..4), code.get(4..8), code.get(8..12), code.get(12..)];
        codes.push(quarters.into_iter().flatten().collect::<Vec<_>>().join("-"));
    }
    Ok(codes)
}

/// Whether what was typed is as long as a code for recovery, and so no guess at six digits.
#[must_use]
pub fn is_like(folded: &str) -> bool {
    folded.len() == BYTES * 8 / 5
}

fn unspent(app: &App, account: Uuid, folded: &str) -> Condition {
    let digest = app.secrets.lasting_mac(PURPOSE, &[account.as_bytes(), folded.as_bytes()]);
    Condition::all().add(Column::AccountId.eq(account)).add(Column::Digest.eq(digest)).add(Column::SpentAt.is_null())
}

/// Whether it is one of this account's that was not spent.
pub async fn is_good(db: &impl ConnectionTrait, app: &App, account: Uuid, folded: &str) -> Result<bool, Fault> {
    Ok(Entity::find().filter(unspent(app, account, folded)).one(db).await?.is_some())
}

/// Spends a code, where it is one of this account's that was not spent: of any number of hands with
/// the same one, exactly one succeeds.
pub async fn spend(txn: &impl ConnectionTrait, app: &App, account: Uuid, folded: &str) -> Result<bool, Fault> {
    let spend = Entity::update_many().col_expr(Column::SpentAt, Expr::value(app.now()));
    Ok(spend.filter(unspent(app, account, folded)).exec(txn).await?.rows_affected == 1)
}

/// Forgets the codes of an account.
pub async fn forget(txn: &impl ConnectionTrait, account: Uuid) -> Result<(), Fault> {
    Entity::delete_many().filter(Column::AccountId.eq(account)).exec(txn).await?;
    Ok(())
}

/// How many are left.
pub async fn left(db: &impl ConnectionTrait, account: Uuid) -> Result<u64, DbErr> {
    let left = Entity::find().filter(Column::AccountId.eq(account)).filter(Column::SpentAt.is_null());
    left.count(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert!(!is_like(&folded("１２３ 456")));
        for typed in ["ABCD-EF23-4567-GHIJ", " abcd ef23 4567 ghij", "ＡＢＣＤＥＦ２３４５６７ＧＨＩＪ"]
        {
            assert_eq!(folded(typed), "ABCDEF234567GHIJ", "{typed}");
            assert!(is_like(&folded(typed)));
        }
    }
}
