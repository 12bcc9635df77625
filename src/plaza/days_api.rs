//! Where participants sign in for the day and answer quizzes.

use actix_web::http::StatusCode;
use actix_web::web::Json;
use actix_web::{CustomizeResponder, HttpRequest, Responder, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::{self, NewQuiz};
use super::entrance::may_look;
use super::quiz_answer::{self, NewAnswer};
use super::{daily_check_in, quiz};
use crate::app::House;
use crate::body::{Body, Query};
use crate::error::Error;
use crate::events::access::{Organizer, id_in_path};
use crate::paging::{Page, Paging};
use crate::points::fold::Awarded;
use crate::registrations::access::Participant;

#[derive(Debug, Serialize, ToSchema)]
pub struct DailySignIn {
    /// The event's calendar day.
    day: NaiveDate,
    awarded: Awarded,
}

/// Signs in for today (每日签到): 201 the first time on a day of the event's calendar, 200 again. Who: approved
/// participant, online phase.
#[utoipa::path(
    tag = "plaza",
    responses(
        (status = 201, body = DailySignIn),
        (status = 200, description = "Done before today", body = DailySignIn),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`, `ledger_frozen`"),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/sign-ins")]
pub async fn sign_in_today(house: House, me: Participant) -> Result<(Json<DailySignIn>, StatusCode), Error> {
    let signed_in = |daily_check_in::SignedInToday { day, first, awarded }| {
        (DailySignIn { day, awarded }, if first { StatusCode::CREATED } else { StatusCode::OK })
    };
    house.tell(signed_in, async move |app| daily_check_in::sign_in(&app, daily_check_in::Request(me)).await).await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SignIns {
    /// Oldest first.
    days: Vec<NaiveDate>,
    today: NaiveDate,
    done_today: bool,
}

/// The days I signed in. Who: participant.
#[utoipa::path(
    tag = "plaza",
    responses(
        (status = 200, body = SignIns),
        (status = 403),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/sign-ins")]
pub async fn my_sign_ins(house: House, me: Participant) -> Result<Json<SignIns>, Error> {
    let today = me.event.day(house.now());
    let days =
        house.ask(async move |app| daily_check_in::days_of(app.database.reader(), me.registration.id).await).await?;
    let done_today = days.contains(&today);
    Ok(Json(SignIns { days, today, done_today }))
}

/// A quiz as a participant sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Quiz {
    id: Uuid,
    title: String,
    opens_at: DateTime<Utc>,
    closes_at: DateTime<Utc>,
    open: bool,
    questions: Vec<AskedQuestion>,
    /// My choices, counted from 0; none where I have not answered.
    choices: Option<Vec<usize>>,
    /// How many of mine were right; told once it has closed.
    correct: Option<i32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AskedQuestion {
    text: String,
    options: Vec<String>,
    /// The right option, counted from 0; told once the quiz has closed.
    correct: Option<usize>,
}

fn seen(quiz: quiz::Model, mine: Option<quiz_answer::Model>, now: DateTime<Utc>) -> Quiz {
    let closed = quiz.has_closed(now);
    let question_view = |question: &quiz::Question| AskedQuestion {
        text: question.text.clone(),
        options: question.options.clone(),
        correct: closed.then_some(question.correct),
    };
    Quiz {
        open: quiz.is_open(now),
        questions: quiz.questions.0.iter().map(question_view).collect(),
        correct: mine.as_ref().filter(|_| closed).map(|mine| mine.correct),
        choices: mine.map(|mine| mine.choices.0),
        id: quiz.id,
        title: quiz.title,
        opens_at: quiz.opens_at,
        closes_at: quiz.closes_at,
    }
}

/// The quizzes that have opened, newest first; what was right once they have closed. Who: participant, from the
/// online phase on.
#[utoipa::path(
    tag = "plaza",
    params(Paging),
    responses(
        (status = 200, body = Page<Quiz>),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/quizzes")]
pub async fn quizzes(house: House, me: Participant, paging: Query<Paging>) -> Result<Json<Page<Quiz>>, Error> {
    let (limit, after, now) = (paging.limit()?, paging.after()?, house.now());
    let (quizzes, mut mine) = house
        .run(async move |app| {
            let db = app.database.reader();
            let mut quizzes = quiz::Entity::of_event(may_look(&app, &me)?).filter(quiz::Column::OpensAt.lte(now));
            if let Some(after) = after {
                quizzes = quizzes.filter(quiz::Column::Id.lt(after));
            }
            let quizzes = quizzes.order_by_desc(quiz::Column::Id).limit(limit + 1).all(db).await?;
            let mine = quiz_answer::Entity::find()
                .filter(quiz_answer::Column::RegistrationId.eq(me.registration.id))
                .filter(quiz_answer::Column::QuizId.is_in(quizzes.iter().map(|quiz| quiz.id)))
                .all(db)
                .await?;
            Ok((quizzes, mine))
        })
        .await?;
    let seen_by_me = |quiz: quiz::Model| {
        let place = mine.iter().position(|mine| mine.quiz_id == quiz.id);
        seen(quiz, place.map(|place| mine.swap_remove(place)), now)
    };
    Ok(Json(Page::of(quizzes, limit, |quiz| quiz.id, seen_by_me)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Answered {
    awarded: Awarded,
}

/// Answers a quiz, once. Who: approved participant, online phase, while the quiz is open.
#[utoipa::path(
    tag = "plaza",
    params(("id" = Uuid, Path, description = "The quiz")),
    request_body = NewAnswer,
    responses(
        (status = 201, body = Answered),
        (status = 400),
        (status = 403, description = "`not_registered`, `not_approved`"),
        (status = 409, description = "`phase_closed`, `quiz_closed`, `already_answered`, `ledger_frozen`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/quizzes/{id}/answers")]
pub async fn answer_quiz(
    house: House,
    me: Participant,
    request: HttpRequest,
    answers: Body<NewAnswer>,
) -> Result<(Json<Answered>, StatusCode), Error> {
    let quiz = id_in_path(&request, "id")?;
    let choices = answers.into_inner().choices;
    let answered = |awarded| (Answered { awarded }, StatusCode::CREATED);
    house.tell(answered, async move |app| quiz_answer::answer(&app, &me, quiz, choices).await).await
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QuizAsked {
    id: Uuid,
}

/// Puts a quiz on the plaza, with its right answers and opening times. Who: organizer.
#[utoipa::path(
    tag = "plaza",
    request_body = NewQuiz,
    responses(
        (status = 201, body = QuizAsked),
        (status = 400),
        (status = 403),
        (status = 409, description = "`phase_closed`"),
        (status = 413),
        (status = 415),
    ),
    security(("bearer" = []))
)]
#[post("/events/{event}/quizzes")]
pub async fn ask_quiz(
    house: House,
    by: Organizer,
    quiz: Body<NewQuiz>,
) -> Result<CustomizeResponder<Json<QuizAsked>>, Error> {
    let created = house.run(async move |app| ask::ask(&app, &by, quiz.into_inner()).await).await?;
    Ok(Json(QuizAsked { id: created.id }).customize().with_status(StatusCode::CREATED))
}
