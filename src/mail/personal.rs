//! What the outbox holds about a person, and how it forgets it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::letter::{self, State};
use crate::error::Error;

fn of(account: Uuid, email: &str) -> Condition {
    Condition::any().add(letter::Column::AccountId.eq(account)).add(letter::Column::Recipient.eq(email))
}

/// Every letter to a person, as text; links that open something are left out.
///
/// # Errors
/// Only faults.
pub async fn export(db: &impl ConnectionTrait, account: Uuid, email: &str) -> Result<Value, Error> {
    let letters = letter::Entity::find().filter(of(account, email)).order_by_asc(letter::Column::Id).all(db).await?;
    let letters = letters.iter().map(|letter| {
        let lines = letter.plain.lines().filter(|line| !line.contains("token="));
        json!({
            "kind": letter.kind,
            "subject": letter.subject,
            "text": lines.collect::<Vec<_>>().join("\n"),
            "posted_at": letter.posted_at,
            "sent_at": letter.sent_at,
        })
    });
    Ok(letters.collect())
}

/// Forgets what was written to a person and where. That something was written stays on record;
/// what was not sent yet never will be.
///
/// # Errors
/// Only faults.
pub async fn erase(txn: &impl ConnectionTrait, account: Uuid, email: &str) -> Result<(), Error> {
    letter::Entity::delete_many()
        .filter(of(account, email))
        .filter(letter::Column::State.eq(State::Waiting))
        .exec(txn)
        .await?;
    letter::Entity::update_many()
        .col_expr(letter::Column::Recipient, Expr::value("erased"))
        .col_expr(letter::Column::Subject, Expr::value(""))
        .col_expr(letter::Column::Plain, Expr::value(""))
        .col_expr(letter::Column::Html, Expr::value(""))
        .col_expr(letter::Column::Attachments, Expr::value(json!([])))
        .col_expr(letter::Column::LastError, Expr::value(None::<String>))
        .filter(of(account, email))
        .exec(txn)
        .await?;
    Ok(())
}
