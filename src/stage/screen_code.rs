//! Six digits that pair a big screen: typed on the projector's machine, which has no camera and often
//! a poor keyboard. They can be guessed, so they work once and for a few minutes, and a code that was
//! guessed at too often works no more. The link and its QR always do.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, Select};
use unicode_normalization::UnicodeNormalization;

use super::pass::{Column, Entity};
use crate::app::App;
use crate::error::Fault;

/// Time to walk to the projector.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// Wrong codes typed anywhere while one waits, after which it is none: of a million, twenty were tried.
const MOST_WRONG: i32 = 20;
const DIGITS: usize = 6;
const PURPOSE: &str = "screen code";

/// Passes that wait for six digits to be typed, however often others were.
fn waiting(now: DateTime<Utc>) -> Select<Entity> {
    Entity::find()
        .filter(Column::OpenedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::MadeAt.gt(now - LIFETIME))
}

/// The pass these digits are for, while it waits.
#[must_use]
pub fn find(app: &App, code: &str) -> Select<Entity> {
    let macs = app.secrets.macs(PURPOSE, &[code.as_bytes()]);
    waiting(app.now()).filter(Column::CodeMac.is_in(macs)).filter(Column::WrongCodes.lt(MOST_WRONG))
}

/// Digits nobody else waits with, and what is kept of them.
pub async fn draw(txn: &impl ConnectionTrait, app: &App) -> Result<(String, Vec<u8>), Fault> {
    loop {
        let drawn = u64::from_be_bytes(app.chance.secret()?) % 1_000_000;
        let code = format!("{drawn:0DIGITS$}");
        if find(app, &code).count(txn).await? == 0 {
            let mac = app.secrets.mac(PURPOSE, &[code.as_bytes()]);
            return Ok((code, mac));
        }
    }
}

/// The digits somebody typed, in whatever way; None where they are no code at all.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    let typed: String = typed.nfkc().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
    (typed.len() == DIGITS && typed.bytes().all(|sign| sign.is_ascii_digit())).then_some(typed)
}

/// Somebody typed digits that are no pass's: every code that waits has been guessed at once more.
pub async fn count_wrong(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::WrongCodes, Expr::col(Column::WrongCodes).add(1))
        .filter(Column::OpenedAt.is_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::MadeAt.gt(now - LIFETIME))
        .exec(txn)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_however_they_are_typed() {
        for typed in ["012345", " 012 345 ", "012-345", "０１２３４５"] {
            assert_eq!(read(typed).as_deref(), Some("012345"), "{typed}");
        }
        for typed in ["", "12345", "1234567", "12345x", "十二"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
