//! What this room holds about a person, and how it forgets it.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{attempt, presence};
use crate::error::Fault;

/// When the person was scanned, where, and with what result; and what they scanned as a desk.
pub async fn export(db: &impl ConnectionTrait, account: Uuid, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let scans = attempt::Entity::find()
        .filter(attempt::Column::RegistrationId.is_in(mine()))
        .order_by_asc(attempt::Column::Id)
        .all(db)
        .await?;
    let present = presence::Entity::find().filter(presence::Column::RegistrationId.is_in(mine())).all(db).await?;
    let served = attempt::Entity::find()
        .filter(attempt::Column::AccountId.eq(account))
        .filter(attempt::Column::DeviceId.is_null())
        .all(db)
        .await?;
    let scans = scans.iter().map(|scan| {
        json!({
            "event_id": scan.event_id,
            "kind": scan.kind,
            "device": scan.device,
            "result": scan.result,
            "reason": scan.reason,
            "at": scan.at,
            "received_at": scan.received_at,
            "offline": scan.offline,
        })
    });
    let present = present.iter().map(
        |row| json!({"event_id": row.event_id, "inside": row.inside, "since": row.since, "nickname": row.nickname}),
    );
    let served = served.iter().map(|scan| json!({"event_id": scan.event_id, "device": scan.device, "at": scan.at}));
    Ok(json!({
        "scans": scans.collect::<Vec<_>>(),
        "presence": present.collect::<Vec<_>>(),
        "served_as_desk": served.collect::<Vec<_>>(),
    }))
}

/// Takes the person's name out of the answers that desks were given, and off the wall. Attempts are never deleted.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    presence::Entity::update_many()
        .col_expr(presence::Column::Nickname, Expr::value(None::<String>))
        .filter(presence::Column::RegistrationId.is_in(registrations.iter().copied()))
        .exec(txn)
        .await?;
    let mine = attempt::Entity::find().filter(attempt::Column::RegistrationId.is_in(registrations.iter().copied()));
    for scan in mine.all(txn).await? {
        let Ok(Value::Object(mut answer)) = serde_json::from_slice::<Value>(&scan.answer) else { continue };
        if answer.remove("participant").is_none() {
            continue;
        }
        let mut row: attempt::ActiveModel = scan.into();
        row.answer = Set(Value::Object(answer).to_string().into_bytes());
        row.update(txn).await?;
    }
    Ok(())
}
