//! What this room holds about a person, and how it forgets it.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::registration::{self, Status};
use crate::app::App;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::happening::What;

/// Every application of a person, the living and the others.
pub async fn ids(db: &impl ConnectionTrait, account: Uuid) -> Result<Vec<Uuid>, Fault> {
    let of_person = registration::Entity::find().filter(registration::Column::AccountId.eq(account));
    Ok(of_person.all(db).await?.into_iter().map(|registration| registration.id).collect())
}

/// What the person applied for, with which answers, and what became of it.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, Fault> {
    let of_person = registration::Entity::find().filter(registration::Column::AccountId.eq(account));
    let rows = of_person.order_by_asc(registration::Column::Id).all(db).await?;
    let rows = rows.iter().map(|row| {
        json!({
            "event_id": row.event_id,
            "unit_id": row.unit_id,
            "side": row.side,
            "number": row.label(),
            "status": row.status,
            "band": row.band,
            "class": row.class,
            "guaranteed_seat": row.held,
            "answers": row.answers,
            "reason": row.reason,
            "applied_at": row.applied_at,
            "decided_at": row.decided_at,
            "reply_by": row.reply_by,
        })
    });
    Ok(rows.collect())
}

/// Withdraws what has not happened yet and forgets what the person answered. Rows stay, because
/// points, screenings and figures are counted over them. Says what to announce after the commit.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<Vec<(Uuid, What)>, Fault> {
    let now = app.now();
    let of_person = registration::Entity::find().filter(registration::Column::AccountId.eq(account));
    let rows = of_person.order_by_asc(registration::Column::Id).lock_exclusive().all(txn).await?;
    let mut news = Vec::new();
    for held in rows {
        let event = event::Entity::find_by_id(held.event_id).one(txn).await?;
        let is_ahead = event.is_some_and(|event| event.phase(now) < Phase::OnSite);
        let (event_id, status) = (held.event_id, held.status);
        let mut row: registration::ActiveModel = held.into();
        if is_ahead && status.is_active() {
            row.status = Set(Status::Withdrawn);
            row.decided_at = Set(Some(now));
            news.push((event_id, What::RegistrationsChanged));
            if status.has_a_seat() {
                news.push((event_id, What::SeatsMoved));
            }
        }
        row.answers = Set(json!({}));
        row.reason = Set(None);
        row.update(txn).await?;
    }
    Ok(news)
}
