//! Where organizers put quizzes on the plaza, and change those nobody has seen.

use std::collections::HashMap;

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ask::{self, NewQuiz};
use super::{quiz, quiz_answer, reword};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, Refused};
use crate::events::access::{Organizer, id_in_path};
use crate::events::heading::Heading;
use crate::events::tabs;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};

/// How many questions an empty form has room for.
const ROOM: usize = 1;
const MOST_QUESTIONS: usize = 20;
const OPTIONS: usize = 4;
const MOST_OPTIONS: usize = 6;
/// How a browser writes a moment of the event's own clock.
const TYPED: &str = "%Y-%m-%dT%H:%M";

#[derive(Template)]
#[template(path = "plaza/office_quizzes.html")]
struct Office {
    page: Page,
    heading: Heading,
    tabs: Vec<Tab>,
    form: Form,
    /// The quiz the form changes; None where it asks a new one.
    changes: Option<Uuid>,
    zone: String,
    questions: Vec<Block>,
    quizzes: Vec<Listed>,
}

/// One question in the form, with the names of its fields.
struct Block {
    number: usize,
    text: String,
    correct: String,
    options: Vec<(usize, String)>,
}

struct Listed {
    id: Uuid,
    title: String,
    when: String,
    standing: (&'static str, &'static str),
    questions: usize,
    answers: i64,
    changeable: bool,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(all).service(ask_one).service(one).service(change_one);
}

#[get("/office/e/{event}/quizzes")]
async fn all(house: House, visit: Visit, by: Organizer) -> Result<HttpResponse, Error> {
    office(&house, visit.page, by, None, Form::default()).await
}

#[get("/office/e/{event}/quizzes/{id}")]
async fn one(house: House, visit: Visit, by: Organizer, request: HttpRequest) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let (event_id, zone) = (by.event.id, by.event.zone());
    let found = house.run(async move |app| {
        let found = quiz::Entity::of_event(event_id).filter(quiz::Column::Id.eq(id)).one(app.database.reader()).await?;
        found.filter(|found| !found.has_opened(app.now())).ok_or_else(|| Refused::not_found().into())
    });
    let form = filled(&found.await?, zone);
    office(&house, visit.page, by, Some(id), form).await
}

#[post("/office/e/{event}/quizzes")]
async fn ask_one(house: House, visit: Visit, by: Organizer, form: Form) -> Result<HttpResponse, Error> {
    put(house, visit, by, None, form).await
}

#[post("/office/e/{event}/quizzes/{id}")]
async fn change_one(
    house: House,
    visit: Visit,
    by: Organizer,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    put(house, visit, by, Some(id), form).await
}

async fn put(
    house: House,
    visit: Visit,
    by: Organizer,
    changes: Option<Uuid>,
    form: Form,
) -> Result<HttpResponse, Error> {
    if !form.value("more").is_empty() {
        // One more question is asked for: nothing is judged yet.
        return office(&house, visit.page, by, changes, form).await;
    }
    let path = format!("/office/e/{}/quizzes", by.event.slug);
    let (asker, zone) = (by.clone(), by.event.zone());
    let outcome = async {
        let wish: NewQuiz = body::read(request(&form, zone))?;
        house
            .run(async move |app| match changes {
                None => ask::ask(&app, &asker, wish).await.map(drop),
                Some(id) => reword::reword(&app, &asker, id, wish).await,
            })
            .await
    };
    match outcome.await {
        Ok(()) => see_saying(&path, if changes.is_some() { "quiz-changed" } else { "quiz-asked" }),
        Err(error) => form.show_again(visit.page, error, |page, form| office(&house, page, by, changes, form)).await,
    }
}

async fn office(
    house: &House,
    page: Page,
    by: Organizer,
    changes: Option<Uuid>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (event, now) = (by.event, house.now());
    let event_id = event.id;
    let read = house.run(async move |app| {
        let db = app.database.reader();
        let quizzes = quiz::Entity::of_event(event_id).order_by_desc(quiz::Column::OpensAt).all(db).await?;
        let answers = answers(db, &quizzes).await?;
        Ok((quizzes, answers))
    });
    let (quizzes, answers) = read.await?;
    let listed = |quiz: quiz::Model| Listed {
        when: when::stretch(page.language, event.zone(), quiz.opens_at, quiz.closes_at, now),
        standing: match (quiz.has_opened(now), quiz.has_closed(now)) {
            (_, true) => ("pill over", "quiz-is-closed"),
            (true, false) => ("pill good", "quiz-is-open"),
            (false, false) => ("pill", "quiz-is-ahead"),
        },
        questions: quiz.questions.0.len(),
        answers: answers.get(&quiz.id).copied().unwrap_or(0),
        changeable: !quiz.has_opened(now),
        id: quiz.id,
        title: quiz.title,
    };
    page::answer(&Office {
        tabs: tabs::of_organizer(&page, &event.slug, "quizzes"),
        heading: Heading::of(&page, &event, now),
        zone: when::zone(page.language, event.zone()),
        questions: blocks(&form),
        quizzes: quizzes.into_iter().map(listed).collect(),
        changes,
        form,
        page,
    })
}

async fn answers(db: &impl ConnectionTrait, quizzes: &[quiz::Model]) -> Result<HashMap<Uuid, i64>, DbErr> {
    let counts = quiz_answer::Entity::find()
        .filter(quiz_answer::Column::QuizId.is_in(quizzes.iter().map(|quiz| quiz.id)))
        .select_only()
        .column(quiz_answer::Column::QuizId)
        .column_as(quiz_answer::Column::RegistrationId.count(), "answers")
        .group_by(quiz_answer::Column::QuizId)
        .into_tuple::<(Uuid, i64)>();
    Ok(counts.all(db).await?.into_iter().collect())
}

impl Office {
    fn changing(&self, quiz: &Listed) -> bool {
        self.changes == Some(quiz.id)
    }

    fn marked(&self, block: &Block, option: &usize) -> bool {
        self.form.has(&block.correct, &option.to_string())
    }
}

/// How many questions the form has room for: those it came with, one more where that was asked for.
fn room(form: &Form) -> usize {
    let came = (0..MOST_QUESTIONS).filter(|at| form.fields().any(|(name, _)| name == text(*at))).count();
    let more = usize::from(!form.value("more").is_empty());
    (came.max(ROOM) + more).min(MOST_QUESTIONS)
}

fn text(at: usize) -> String {
    format!("questions[{at}].text")
}

fn correct(at: usize) -> String {
    format!("questions[{at}].correct")
}

fn option(at: usize, option: usize) -> String {
    format!("questions[{at}].options[{option}]")
}

fn blocks(form: &Form) -> Vec<Block> {
    let options = |at: usize| {
        let typed = (0..MOST_OPTIONS).rfind(|place| !form.value(&option(at, *place)).is_empty());
        (0..typed.map_or(OPTIONS, |last| (last + 1).max(OPTIONS))).map(|place| (place, option(at, place))).collect()
    };
    let block = |at| Block { number: at + 1, text: text(at), correct: correct(at), options: options(at) };
    (0..room(form)).map(block).collect()
}

/// The request a program would send. Questions and options left empty at the end are none.
fn request(form: &Form, zone: Tz) -> Value {
    let options = |at: usize| {
        let mut typed: Vec<&str> = (0..MOST_OPTIONS).map(|place| form.value(&option(at, place))).collect();
        while typed.last().is_some_and(|typed| typed.trim().is_empty()) {
            typed.pop();
        }
        typed.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let is_filled = |at: &usize| !form.value(&text(*at)).trim().is_empty() || !options(*at).is_empty();
    let last = (0..room(form)).rfind(is_filled).unwrap_or(0);
    let question = |at: usize| {
        // None chosen is none of the options.
        let right = match form.number(&correct(at)) {
            Value::Null => json!(MOST_OPTIONS),
            chosen => chosen,
        };
        json!({ "text": form.value(&text(at)), "options": options(at), "correct": right })
    };
    json!({
        "title": form.value("title"),
        "opens_at": moment(form.value("opens_at"), zone),
        "closes_at": moment(form.value("closes_at"), zone),
        "questions": (0..=last).map(question).collect::<Vec<_>>(),
    })
}

/// A moment as it was typed on the event's clock; what is none stays as it is, and is refused.
fn moment(typed: &str, zone: Tz) -> Value {
    let local = NaiveDateTime::parse_from_str(typed, TYPED).ok();
    let at = local.and_then(|local| zone.from_local_datetime(&local).earliest());
    at.map_or_else(|| json!(typed), |at| json!(at.to_utc()))
}

fn filled(quiz: &quiz::Model, zone: Tz) -> Form {
    let typed = |at: DateTime<Utc>| at.with_timezone(&zone).format(TYPED).to_string();
    let mut fields = vec![
        ("title".to_owned(), quiz.title.clone()),
        ("opens_at".to_owned(), typed(quiz.opens_at)),
        ("closes_at".to_owned(), typed(quiz.closes_at)),
    ];
    for (at, question) in quiz.questions.0.iter().enumerate() {
        fields.push((text(at), question.text.clone()));
        fields.push((correct(at), question.correct.to_string()));
        fields.extend(question.options.iter().enumerate().map(|(place, choice)| (option(at, place), choice.clone())));
    }
    Form::filled(fields)
}
