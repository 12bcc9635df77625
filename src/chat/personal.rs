//! What this room holds about a person, and how it forgets it.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::line::{self, State};
use super::{photo, report, room};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::happening::What;

/// What the person said and reported in chats.
pub async fn export(db: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<Value, Fault> {
    let lines = line::Entity::find().filter(theirs(registrations)).order_by_asc(line::Column::Id).all(db).await?;
    let mine = registrations.iter().copied();
    let reports = report::Entity::find().filter(report::Column::RegistrationId.is_in(mine)).all(db).await?;
    let mut spoken = Vec::new();
    for row in &lines {
        spoken.push(json!({
            "event_id": row.event_id, "body": row.open_body(app)?, "state": row.state, "reason": row.reason,
            "at": row.at,
        }));
    }
    let reports: Vec<Value> = reports.iter().map(|row| json!({"reason": row.reason, "at": row.at})).collect();
    Ok(json!({ "said": spoken, "reports": reports }))
}

fn theirs(registrations: &[Uuid]) -> Condition {
    Condition::all().add(line::Column::RegistrationId.is_in(registrations.iter().copied()))
}

/// The pictures the person sent, each with a name for its file.
pub async fn photos(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let lines = line::Entity::find().filter(theirs(registrations)).select_only().column(line::Column::Id).into_query();
    let photos = photo::Entity::find()
        .filter(photo::Column::LineId.in_subquery(lines))
        .order_by_asc(photo::Column::LineId)
        .all(db)
        .await?;
    Ok(photos.into_iter().zip(1..).map(|(photo, number)| (format!("photos/chat-{number}.jpg"), photo.large)).collect())
}

/// Takes down what the person said, with its pictures, and forgets its words. A report still counts, without its words.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, registrations: &[Uuid]) -> Result<Vec<(Uuid, What)>, Error> {
    let standing = line::Entity::find().filter(theirs(registrations)).filter(line::Column::State.ne(State::Withdrawn));
    let lines = standing.order_by_asc(line::Column::Id).all(txn).await?;
    // One room after the other, in one order: whoever else holds several does the same.
    let rooms: BTreeSet<Uuid> = lines.iter().map(|line| line.room_id).collect();
    let mut changed = HashMap::new();
    for room in rooms {
        changed.insert(room, room::hold_by_id(txn, room).await?.count(txn).await?);
    }
    let events: HashSet<Uuid> = lines.iter().map(|line| line.event_id).collect();
    for line in lines {
        let (id, room_id) = (line.id, line.room_id);
        let mut row = line.into_active_model();
        row.body = Set(line::seal(app, id, "")?);
        row.reason = Set(None);
        row.state = Set(State::Withdrawn);
        row.changed = changed.get(&room_id).map_or(row.changed, |number| Set(*number));
        row.update(txn).await?;
        photo::Entity::delete_by_id(id).exec(txn).await?;
    }
    report::Entity::update_many()
        .col_expr(report::Column::Reason, Expr::value(""))
        .filter(report::Column::RegistrationId.is_in(registrations.iter().copied()))
        .exec(txn)
        .await?;
    Ok(events.into_iter().map(|event| (event, What::ChatMoved)).collect())
}
