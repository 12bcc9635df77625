//! What this room holds about a person, and how it forgets it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde_json::{Value, json};
use uuid::Uuid;

use super::contribution::{self, State};
use super::{complaint, daily_check_in, like, photo, quiz_answer};
use crate::error::Fault;

/// What the person wrote, liked, signed, answered and complained about.
pub async fn export(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Value, Fault> {
    let mine = || registrations.iter().copied();
    let written = contribution::Entity::find()
        .filter(contribution::Column::RegistrationId.is_in(mine()))
        .order_by_asc(contribution::Column::Id)
        .all(db)
        .await?;
    let likes = like::Entity::find().filter(like::Column::RegistrationId.is_in(mine())).all(db).await?;
    let days =
        daily_check_in::Entity::find().filter(daily_check_in::Column::RegistrationId.is_in(mine())).all(db).await?;
    let answers = quiz_answer::Entity::find().filter(quiz_answer::Column::RegistrationId.is_in(mine())).all(db).await?;
    let complaints = complaint::Entity::find().filter(complaint::Column::RegistrationId.is_in(mine())).all(db).await?;
    let written = written.iter().map(|row| {
        json!({"event_id": row.event_id, "kind": row.kind, "body": row.body, "state": row.state, "reason": row.reason, "at": row.at})
    });
    let answers = answers
        .iter()
        .map(|row| json!({"quiz_id": row.quiz_id, "choices": row.choices, "correct": row.correct, "at": row.at}));
    Ok(json!({
        "written": written.collect::<Vec<_>>(),
        "likes": likes.iter().map(|row| json!({"post_id": row.post_id, "at": row.at})).collect::<Vec<_>>(),
        "sign_ins": days.iter().map(|row| json!({"event_id": row.event_id, "day": row.day, "at": row.at})).collect::<Vec<_>>(),
        "answers": answers.collect::<Vec<_>>(),
        "complaints": complaints.iter().map(|row| json!({"reason": row.reason, "at": row.at})).collect::<Vec<_>>(),
    }))
}

/// The photos the person put up, each with a name for its file.
pub async fn photos(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let theirs = contribution::Entity::find()
        .filter(contribution::Column::RegistrationId.is_in(registrations.iter().copied()))
        .select_only()
        .column(contribution::Column::Id)
        .into_query();
    let photos = photo::Entity::find()
        .filter(photo::Column::ContributionId.in_subquery(theirs))
        .order_by_asc(photo::Column::Id)
        .all(db)
        .await?;
    Ok(photos.into_iter().zip(1..).map(|(photo, number)| (format!("photos/{number}.jpg"), photo.large)).collect())
}

/// Takes down what the person wrote, with its photos, and forgets its words. Likes, days and answers stay as they
/// are counted in the ledger; they name nobody.
pub async fn erase(txn: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<(), Fault> {
    contribution::Entity::update_many()
        .col_expr(contribution::Column::Body, Expr::value(""))
        .col_expr(contribution::Column::Reason, Expr::value(None::<String>))
        .col_expr(contribution::Column::State, Expr::value(State::Withdrawn))
        .filter(contribution::Column::RegistrationId.is_in(registrations.iter().copied()))
        .exec(txn)
        .await?;
    let theirs = contribution::Entity::find()
        .filter(contribution::Column::RegistrationId.is_in(registrations.iter().copied()))
        .select_only()
        .column(contribution::Column::Id)
        .into_query();
    photo::Entity::delete_many().filter(photo::Column::ContributionId.in_subquery(theirs)).exec(txn).await?;
    complaint::Entity::update_many()
        .col_expr(complaint::Column::Reason, Expr::value(""))
        .filter(complaint::Column::RegistrationId.is_in(registrations.iter().copied()))
        .exec(txn)
        .await?;
    Ok(())
}
