//! What this room holds about a person, and how it forgets it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{member, note, report};
use crate::error::Fault;

/// Which circles the person is in, and what they wrote and reported there.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let joined = member::Entity::find().filter(member::Column::RegistrationId.is_in(mine())).all(db).await?;
    let written = note::Entity::find().filter(note::Column::RegistrationId.is_in(mine()));
    let written = written.order_by_asc(note::Column::Id).all(db).await?;
    let reports = report::Entity::find().filter(report::Column::RegistrationId.is_in(mine())).all(db).await?;
    let joined = joined.iter().map(|row| json!({"event_id": row.event_id, "joined_at": row.joined_at}));
    let written = written.iter().map(|row| {
        json!({"event_id": row.event_id, "about": row.about, "body": row.body, "state": row.state, "reason": row.reason, "at": row.at})
    });
    Ok(json!({
        "member_of": joined.collect::<Vec<_>>(),
        "written": written.collect::<Vec<_>>(),
        "reports": reports.iter().map(|row| json!({"reason": row.reason, "at": row.at})).collect::<Vec<_>>(),
    }))
}

/// Takes the person out of every circle, with their words. A report still counts, without its words.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    let theirs = member::Column::RegistrationId.is_in(registrations.iter().copied());
    member::Entity::delete_many().filter(theirs).exec(txn).await?;
    note::withdraw(txn, registrations).await?;
    report::Entity::update_many()
        .col_expr(report::Column::Reason, Expr::value(""))
        .filter(report::Column::RegistrationId.is_in(registrations.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}
