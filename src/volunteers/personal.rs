//! What this room holds about a person, and how it forgets it.

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assignment, follow_up};
use crate::app::App;
use crate::couples::couple;
use crate::error::{Error, Fault};
use crate::sealed;

async fn couples_of(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Vec<Uuid>, Fault> {
    let mine = || registrations.iter().copied();
    let one_of_two = Condition::any().add(couple::Column::LoId.is_in(mine())).add(couple::Column::HiId.is_in(mine()));
    Ok(couple::Entity::find().filter(one_of_two).all(db).await?.into_iter().map(|couple| couple.id).collect())
}

/// What volunteers noted about the person's couples, and what the person does as a volunteer.
///
/// # Errors
/// Only faults.
pub async fn export(
    db: &impl ConnectionTrait,
    app: &App,
    account: Uuid,
    registrations: &[Uuid],
) -> Result<Value, Error> {
    let couples = couples_of(db, registrations).await?;
    let about = follow_up::Entity::find().filter(follow_up::Column::CoupleId.is_in(couples)).all(db).await?;
    let noted = follow_up::Entity::find().filter(follow_up::Column::AccountId.eq(account)).all(db).await?;
    let cases = assignment::Entity::find().filter(assignment::Column::VolunteerId.eq(account)).all(db).await?;
    let note = |row: &follow_up::Model| Ok(json!({"state": row.state, "note": row.note(app)?, "at": row.at}));
    Ok(json!({
        "noted_about_you": about.iter().map(note).collect::<Result<Vec<_>, Error>>()?,
        "noted_by_you": noted.iter().map(|row| json!({"at": row.at, "state": row.state})).collect::<Vec<_>>(),
        "your_cases": cases.iter().map(|row| json!({"taken_at": row.taken_at})).collect::<Vec<_>>(),
    }))
}

/// Forgets the words of every note about the person's couples and gives up the person's cases.
/// States stay, in the union's figures.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid, registrations: &[Uuid]) -> Result<(), Fault> {
    let couples = couples_of(txn, registrations).await?;
    let noted = follow_up::Entity::find().filter(follow_up::Column::CoupleId.is_in(couples)).all(txn).await?;
    for follow_up::Model { id, .. } in noted {
        let nothing = sealed::FOLLOW_UP_NOTE.seal(&app.secrets, &[id], "")?;
        let row = follow_up::ActiveModel { id: Set(id), note: Set(nothing), ..Default::default() };
        row.update(txn).await?;
    }
    assignment::Entity::delete_many().filter(assignment::Column::VolunteerId.eq(account)).exec(txn).await?;
    Ok(())
}
