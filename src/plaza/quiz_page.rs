//! 答题 as a page: what is open now, and what came of the closed ones.

use std::collections::HashMap;

use actix_web::web::{Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

use super::quiz_answer::{self, Choices, NewAnswer};
use super::top::{self, Sight, Top};
use super::{page as plaza, quiz};
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::Error;
use crate::events::access::id_in_path;
use crate::events::tabs;
use crate::page::flash::{see_counting, see_saying};
use crate::page::form::Form;
use crate::page::{self, Page, Tab, when};
use crate::paging::{self, Paging};
use crate::registrations::access::Participant;
use crate::small_counts::FEWEST;

const ON_A_PAGE: u64 = 10;

#[derive(Template)]
#[template(path = "plaza/quizzes.html")]
struct Quizzes {
    page: Page,
    tabs: Vec<Tab>,
    top: Top,
    form: Form,
    quizzes: Vec<QuizView>,
    next: Option<String>,
}

/// One quiz as the reader finds it.
struct QuizView {
    id: Uuid,
    title: String,
    when: String,
    /// Whether the reader can answer it now.
    open: bool,
    /// What came of it for the reader.
    outcome: String,
    /// Whether the form that was refused was this one's.
    refused: bool,
    questions: Vec<Question>,
}

struct Question {
    place: usize,
    text: String,
    options: Vec<Choice>,
}

struct Choice {
    place: usize,
    text: String,
    mine: bool,
    right: bool,
    /// Of those who answered, in percent; None while it is open or where too few did.
    share: Option<usize>,
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(show).service(hand_in);
}

#[get("/e/{event}/plaza/quizzes")]
async fn show(house: House, visit: Visit, me: Participant, paging: Query<Paging>) -> Result<HttpResponse, Error> {
    if let Some(early) = plaza::early(&house, &visit.page, &me) {
        return early;
    }
    all(&house, visit.page, me, Form::default(), None, paging.into_inner()).await
}

#[post("/e/{event}/plaza/quizzes/{id}")]
async fn hand_in(
    house: House,
    visit: Visit,
    me: Participant,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Error> {
    let id = id_in_path(&request, "id")?;
    let path = format!("/e/{}/plaza/quizzes", me.event.slug);
    let who = me.clone();
    let outcome = async {
        // As many as the form asks; one left out is none of the options.
        let choice = |place: usize| match form.number(&format!("choice-{place}")) {
            Value::Null => json!(usize::MAX >> 12),
            chosen => chosen,
        };
        let count = form.value("questions").parse::<usize>().unwrap_or(0).min(20);
        let answers: NewAnswer = body::read(json!({ "choices": (0..count).map(choice).collect::<Vec<_>>() }))?;
        let choices = answers.choices;
        house.run(async move |app| quiz_answer::answer(&app, &who, id, choices).await).await
    };
    match outcome.await {
        Ok(awarded) if awarded.points > 0 => see_counting(&path, "quiz-answered", awarded.points.unsigned_abs()),
        Ok(_) => see_saying(&path, "quiz-answered-full"),
        Err(error) => {
            form.show_again(visit.page, error, |page, form| all(&house, page, me, form, Some(id), Paging::default()))
                .await
        }
    }
}

/// What is read for the page.
struct Read {
    sight: Sight,
    rows: Vec<quiz::Model>,
    mine: HashMap<Uuid, quiz_answer::Model>,
    /// What everybody chose in those that are closed.
    everybody: HashMap<Uuid, Vec<Choices>>,
}

async fn all(
    house: &House,
    page: Page,
    me: Participant,
    form: Form,
    refused: Option<Uuid>,
    paging: Paging,
) -> Result<HttpResponse, Error> {
    let event = me.event.clone();
    let now = house.now();
    let Read { sight, rows, mine, everybody } = house.run(async move |app| read(&app, &me, &paging).await).await?;
    let quiz_view = |quiz: quiz::Model| {
        let mine = mine.get(&quiz.id);
        let open = quiz.is_open(now) && mine.is_none();
        let moment = |at| when::moment(page.language, event.zone(), at, now);
        let closed = quiz.has_closed(now);
        let outcome = match mine {
            None if closed => page.t("quiz-missed"),
            None => String::new(),
            Some(_) if !closed => page.say("quiz-wait", &[("when", moment(quiz.closes_at).into())]),
            Some(mine) => {
                page.say("quiz-result", &[("right", mine.correct.into()), ("all", quiz.questions.0.len().into())])
            }
        };
        QuizView {
            when: page.say(
                if closed { "quiz-closed-at" } else { "quiz-open-until" },
                &[("when", moment(quiz.closes_at).into())],
            ),
            questions: questions(&quiz, mine, everybody.get(&quiz.id).map(Vec::as_slice), closed),
            refused: refused == Some(quiz.id),
            id: quiz.id,
            title: quiz.title,
            open,
            outcome,
        }
    };
    let list = paging::Page::of(rows, ON_A_PAGE, |quiz| quiz.id, quiz_view);
    page::answer(&Quizzes {
        tabs: tabs::of_participant(&page, &event, "plaza"),
        top: sight.top(&page, &event, now, "quizzes"),
        next: list.next.map(|cursor| format!("/e/{}/plaza/quizzes?cursor={cursor}", event.slug)),
        quizzes: list.items,
        form,
        page,
    })
}

async fn read(app: &crate::app::App, me: &Participant, paging: &Paging) -> Result<Read, Error> {
    let (db, now) = (app.database.reader(), app.now());
    let sight = top::look(app, me).await?;
    let mut quizzes = quiz::Entity::of_event(me.event.id).filter(quiz::Column::OpensAt.lte(now));
    if let Some(after) = paging.after()? {
        quizzes = quizzes.filter(quiz::Column::Id.lt(after));
    }
    let rows = quizzes.order_by_desc(quiz::Column::Id).limit(ON_A_PAGE + 1).all(db).await?;
    let mine = quiz_answer::Entity::find()
        .filter(quiz_answer::Column::RegistrationId.eq(me.registration.id))
        .filter(quiz_answer::Column::QuizId.is_in(rows.iter().map(|quiz| quiz.id)));
    let mine = mine.all(db).await?.into_iter().map(|mine| (mine.quiz_id, mine)).collect();
    let closed = rows.iter().filter(|quiz| quiz.has_closed(now)).map(|quiz| quiz.id);
    let answers = quiz_answer::Entity::find().filter(quiz_answer::Column::QuizId.is_in(closed)).all(db).await?;
    let mut everybody: HashMap<Uuid, Vec<Choices>> = HashMap::new();
    for answer in answers {
        everybody.entry(answer.quiz_id).or_default().push(answer.choices);
    }
    Ok(Read { sight, rows, mine, everybody })
}

fn questions(
    quiz: &quiz::Model,
    mine: Option<&quiz_answer::Model>,
    everybody: Option<&[Choices]>,
    closed: bool,
) -> Vec<Question> {
    // Of fewer answers a share would tell what somebody chose.
    let answers_of_all = everybody.filter(|answers| closed && answers.len() >= FEWEST);
    let chose = |choices: &Choices, question: usize, option: usize| choices.0.get(question) == Some(&option);
    let share = |question, option| {
        let answers = answers_of_all?;
        let chosen = answers.iter().filter(|choices| chose(choices, question, option)).count();
        Some((chosen * 100 + answers.len() / 2) / answers.len())
    };
    let question = |(place, question): (usize, &quiz::Question)| Question {
        place,
        text: question.text.clone(),
        options: question
            .options
            .iter()
            .enumerate()
            .map(|(option, text)| Choice {
                place: option,
                text: text.clone(),
                mine: mine.is_some_and(|mine| chose(&mine.choices, place, option)),
                right: closed && question.correct == option,
                share: share(place, option),
            })
            .collect(),
    };
    quiz.questions.0.iter().enumerate().map(question).collect()
}

impl Quizzes {
    /// Whether an option was chosen in a form that came back.
    fn chosen(&self, view: &QuizView, question: &Question, choice: &Choice) -> bool {
        view.refused && self.form.has(&format!("choice-{}", question.place), &choice.place.to_string())
    }
}
