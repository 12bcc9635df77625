//! Who belongs to the list of a draw.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::draw::Among;
use super::refusals::LIST_NOT_COMPLETE;
use crate::checkin::{attempt, presence};
use crate::error::{Error, FieldError, Refused};
use crate::events::event;
use crate::plaza::{quiz, quiz_answer};
use crate::registrations::registration::{self, Status};

/// Whether such a list can be had at this event.
///
/// # Errors
/// 422 on `among` where the quiz is none of it, or where there is none on that day.
pub async fn judge(db: &impl ConnectionTrait, event: &event::Model, among: &Among) -> Result<(), Error> {
    let quizzes = quizzes(db, event, among).await?;
    match among {
        Among::Quiz { .. } | Among::QuizzesOfDay { .. } if quizzes.is_empty() => {
            Err(Refused::invalid(vec![FieldError::new("among", "no_such_quiz", "there is no such quiz")]).into())
        }
        _ => Ok(()),
    }
}

/// Everybody who belongs to it, in the order of their numbers.
///
/// # Errors
/// 409 `list_not_complete` while a quiz is open or the hour has not come.
pub async fn people(
    db: &impl ConnectionTrait,
    event: &event::Model,
    among: &Among,
    now: DateTime<Utc>,
) -> Result<Vec<registration::Model>, Error> {
    let everybody = registration::Entity::of_event(event.id).order_by_asc(registration::Column::Number).all(db).await?;
    let everybody = everybody.into_iter().filter(|one| one.status.takes_part());
    let belongs: HashSet<Uuid> = match among {
        Among::Quiz { .. } | Among::QuizzesOfDay { .. } => {
            let quizzes = quizzes(db, event, among).await?;
            if quizzes.iter().any(|quiz| !quiz.has_closed(now)) {
                return Err(LIST_NOT_COMPLETE.into());
            }
            answered_all(db, &quizzes).await?
        }
        Among::Inside {} => {
            let inside = presence::Entity::inside(event.id).all(db).await?;
            inside.into_iter().map(|one| one.registration_id).collect()
        }
        Among::Early { before } if *before > now => return Err(LIST_NOT_COMPLETE.into()),
        Among::Early { before } => let_in_by(db, event.id, *before).await?,
        Among::TakingPart {} => {
            let seated = registration::seats_are_given(db, event.id).await?;
            let wanted = |status: Status| if seated { status.has_a_seat() } else { status == Status::Approved };
            return Ok(everybody.filter(|one| wanted(one.status)).collect());
        }
    };
    Ok(everybody.filter(|one| belongs.contains(&one.id)).collect())
}

async fn quizzes(db: &impl ConnectionTrait, event: &event::Model, among: &Among) -> Result<Vec<quiz::Model>, DbErr> {
    let all = quiz::Entity::of_event(event.id);
    match among {
        Among::Quiz { quiz } => all.filter(quiz::Column::Id.eq(*quiz)).all(db).await,
        Among::QuizzesOfDay { day } => {
            let all = all.all(db).await?;
            Ok(all.into_iter().filter(|quiz| event.day(quiz.opens_at) == *day).collect())
        }
        Among::Inside {} | Among::Early { .. } | Among::TakingPart {} => Ok(Vec::new()),
    }
}

async fn answered_all(db: &impl ConnectionTrait, quizzes: &[quiz::Model]) -> Result<HashSet<Uuid>, DbErr> {
    let mut answered: HashMap<Uuid, usize> = HashMap::new();
    let given = quiz_answer::Column::QuizId.is_in(quizzes.iter().map(|quiz| quiz.id));
    let given = quiz_answer::Entity::find().filter(given).select_only().column(quiz_answer::Column::RegistrationId);
    for person in given.into_tuple::<Uuid>().all(db).await? {
        *answered.entry(person).or_default() += 1;
    }
    Ok(answered.into_iter().filter(|(_, times)| *times == quizzes.len()).map(|(person, _)| person).collect())
}

/// Whom a desk let in by then, and did not take that back.
async fn let_in_by(db: &impl ConnectionTrait, event_id: Uuid, before: DateTime<Utc>) -> Result<HashSet<Uuid>, DbErr> {
    let undone = Query::select()
        .column(attempt::Column::Undoes)
        .from(attempt::Entity)
        .and_where(attempt::Column::EventId.eq(event_id))
        .and_where(attempt::Column::Undoes.is_not_null())
        .to_owned();
    let let_in = attempt::Entity::find()
        .filter(attempt::Column::EventId.eq(event_id))
        .filter(attempt::Column::Kind.eq(attempt::Kind::Entry))
        .filter(attempt::Column::Result.eq(attempt::Verdict::Admitted))
        .filter(attempt::Column::At.lte(before))
        .filter(attempt::Column::Id.not_in_subquery(undone))
        .select_only()
        .column(attempt::Column::RegistrationId);
    let let_in = let_in.into_tuple::<Option<Uuid>>().all(db).await?;
    Ok(let_in.into_iter().flatten().collect())
}
