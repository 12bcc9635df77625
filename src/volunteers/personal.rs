//! What this room holds about a person, and how it forgets it.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assignment, calendar, case_letter, follow_up, letters_stopped, question};
use crate::app::App;
use crate::couples::couple;
use crate::error::{Error, Fault};
use crate::registrations::registration;
use crate::sealed;

async fn couples_of(db: &impl ConnectionTrait, registrations: &[Uuid]) -> Result<Vec<Uuid>, Fault> {
    let mine = || registrations.iter().copied();
    let one_of_two = Condition::any().add(couple::Column::LoId.is_in(mine())).add(couple::Column::HiId.is_in(mine()));
    Ok(couple::Entity::find().filter(one_of_two).all(db).await?.into_iter().map(|couple| couple.id).collect())
}

/// The accounts of both of some couples.
async fn both_of(db: &impl ConnectionTrait, couples: &[Uuid]) -> Result<HashSet<Uuid>, Fault> {
    let found = couple::Entity::find().filter(couple::Column::Id.is_in(couples.iter().copied())).all(db).await?;
    let people = registration::Column::Id.is_in(found.iter().flat_map(couple::Model::people));
    let people = registration::Entity::find().filter(people).all(db).await?;
    Ok(people.into_iter().map(|person| person.account_id).collect())
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
    let of_couples = follow_up::Column::CoupleId.is_in(couples.iter().copied());
    let mut about = follow_up::Entity::find().filter(of_couples).all(db).await?;
    let mut noted = follow_up::Entity::find().filter(follow_up::Column::AccountId.eq(account)).all(db).await?;
    // What the house noted once both had answered would tell one what the other one said.
    let both = both_of(db, &couples).await?;
    about.retain(|row| !both.contains(&row.account_id));
    noted.retain(|row| !couples.contains(&row.couple_id));
    let cases = assignment::Entity::find().filter(assignment::Column::VolunteerId.eq(account)).all(db).await?;
    let mine = || registrations.iter().copied();
    let letters = case_letter::Entity::find().filter(case_letter::Column::RegistrationId.is_in(mine())).all(db).await?;
    let written = case_letter::Entity::find().filter(case_letter::Column::WrittenBy.eq(account));
    let written = written.filter(case_letter::Column::ByVolunteer.eq(true)).all(db).await?;
    let stopped = letters_stopped::Column::RegistrationId.is_in(mine());
    let stopped = letters_stopped::Entity::find().filter(stopped).all(db).await?;
    let questions = question::Entity::find().filter(question::Column::RegistrationId.is_in(mine())).all(db).await?;
    let letter =
        |row: &case_letter::Model| Ok(json!({"by_volunteer": row.by_volunteer, "text": row.text(app)?, "at": row.at}));
    let question = |row: &question::Model| {
        let answer = row.answer(app)?;
        Ok(json!({"milestone": row.milestone, "asked_at": row.asked_at, "answer": answer, "at": row.answered_at}))
    };
    let calendar = calendar::of(db, account).await?;
    let note = |row: &follow_up::Model| Ok(json!({"state": row.state, "note": row.note(app)?, "at": row.at}));
    Ok(json!({
        "noted_about_you": about.iter().map(note).collect::<Result<Vec<_>, Error>>()?,
        "noted_by_you": noted.iter().map(|row| json!({"at": row.at, "state": row.state})).collect::<Vec<_>>(),
        "letters_with_your_volunteer": letters.iter().map(letter).collect::<Result<Vec<_>, Error>>()?,
        "letters_as_volunteer": written.iter().map(letter).collect::<Result<Vec<_>, Error>>()?,
        "letters_stopped": stopped.iter().map(|row| json!({"at": row.at})).collect::<Vec<_>>(),
        "asked_how_it_goes": questions.iter().map(question).collect::<Result<Vec<_>, Error>>()?,
        "calendar_made_at": calendar.map(|calendar| calendar.made_at),
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
    let mine = || registrations.iter().copied();
    case_letter::Entity::delete_many().filter(case_letter::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    let stopped = letters_stopped::Column::RegistrationId.is_in(mine());
    letters_stopped::Entity::delete_many().filter(stopped).exec(txn).await?;
    question::Entity::delete_many().filter(question::Column::RegistrationId.is_in(mine())).exec(txn).await?;
    calendar::Entity::delete_by_id(account).exec(txn).await?;
    assignment::Entity::delete_many().filter(assignment::Column::VolunteerId.eq(account)).exec(txn).await?;
    Ok(())
}
