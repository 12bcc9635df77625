//! Where programs answer for somebody who was not selected, and read what came of it.

use actix_web::web::Json;
use actix_web::{HttpResponse, get, put};
use sea_orm::EntityTrait;
use serde::Serialize;
use utoipa::ToSchema;

use super::online_sheet::{self, Effort};
use super::online_summary::{self, Shares, Summary};
use super::submit_online::{self, Answers};
use crate::app::House;
use crate::body::Body;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::registrations::access::Participant;

/// What I answered.
#[derive(Debug, Serialize, ToSchema)]
struct MyOnlineFeedback {
    overall: i32,
    effort: Effort,
    clear: bool,
    again: bool,
    words: Option<String>,
}

/// What many said who were not selected: nothing below five answers, shares in percent and steps of ten.
#[derive(Debug, Serialize, ToSchema)]
struct OnlineFeedbackSummary {
    /// Null while there are fewer than five.
    answers: Option<usize>,
    shares: Option<OnlineFeedbackShares>,
}

#[derive(Debug, Serialize, ToSchema)]
struct OnlineFeedbackShares {
    /// For one star to five.
    overall: [usize; 5],
    /// For too little to do, right, too much.
    effort: [usize; 3],
    /// To whom it was clear how the selection came about.
    clear: usize,
    again: usize,
    /// In an order that says nothing.
    words: Vec<String>,
}

impl From<Shares> for OnlineFeedbackShares {
    fn from(Shares { overall, effort, clear, again, comments }: Shares) -> Self {
        Self { overall, effort, clear, again, words: comments }
    }
}

/// What I answered. Who: participant.
#[utoipa::path(
    tag = "feedback",
    responses((status = 200, body = MyOnlineFeedback), (status = 403)),
    security(("bearer" = []))
)]
#[get("/events/{event}/feedback/online")]
pub async fn my_online_feedback(house: House, me: Participant) -> Result<Json<MyOnlineFeedback>, Error> {
    let read = house.run(async move |app| {
        let author = online_sheet::author(&app, me.registration.id);
        let sheet = online_sheet::Entity::find_by_id((me.event.id, author)).one(app.database.reader()).await?;
        Ok(sheet.ok_or_else(Refused::not_found)?)
    });
    let online_sheet::Model { overall, effort, clear, again, comment, .. } = read.await?;
    Ok(Json(MyOnlineFeedback { overall, effort, clear, again, words: comment }))
}

/// Answers once the event is over, in place of what was answered before. Who: participant who took part online and was
/// not selected.
#[utoipa::path(
    tag = "feedback",
    request_body = Answers,
    responses(
        (status = 204, description = "Kept"),
        (status = 403),
        (status = 409, description = "`phase_closed`"),
    ),
    security(("bearer" = []))
)]
#[put("/events/{event}/feedback/online")]
pub async fn give_online_feedback(
    house: House,
    me: Participant,
    answers: Body<Answers>,
) -> Result<HttpResponse, Error> {
    let answers = answers.into_inner();
    house.run(async move |app| submit_online::submit(&app, &me, answers).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What came of it, counted apart from those who came and without saying who. Who: organizer.
#[utoipa::path(
    tag = "feedback",
    responses((status = 200, body = OnlineFeedbackSummary), (status = 403)),
    security(("bearer" = []))
)]
#[get("/events/{event}/feedback/online/summary")]
pub async fn online_feedback_summary(house: House, by: Organizer) -> Result<Json<OnlineFeedbackSummary>, Error> {
    let read = house.ask(async move |app| online_summary::read(app.database.reader(), by.event.id).await);
    let Summary { answers, shares } = read.await?;
    Ok(Json(OnlineFeedbackSummary { answers, shares: shares.map(OnlineFeedbackShares::from) }))
}
