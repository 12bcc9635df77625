//! Where programs answer for somebody, and read what came of it.

use actix_web::web::Json;
use actix_web::{HttpResponse, get, put};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use super::sheet::{self, Pace};
use super::submit::{self, Answers};
use super::summary::{self, Shares, Summary};
use crate::app::House;
use crate::body::Body;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::registrations::access::Participant;

/// What I answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyFeedback)]
struct Mine {
    overall: i32,
    pace: Pace,
    met: bool,
    again: bool,
    words: Option<String>,
}

/// What many said: nothing below five answers, shares in percent and steps of ten.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedbackSummary)]
struct FeedbackSummary {
    answers: usize,
    /// Null while there are too few.
    shares: Option<Share>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedbackShares)]
struct Share {
    /// For one star to five.
    overall: [usize; 5],
    /// For too short, right, too long.
    pace: [usize; 3],
    met: usize,
    again: usize,
    /// In an order that says nothing.
    words: Vec<String>,
}

impl From<Shares> for Share {
    fn from(Shares { overall, pace, met, again, comments }: Shares) -> Self {
        Self { overall, pace, met, again, words: comments }
    }
}

/// What I answered. Who: participant.
#[utoipa::path(tag = "feedback", security(("bearer" = [])), responses((status = 200, body = Mine), (status = 403)))]
#[get("/events/{event}/feedback")]
pub async fn my_feedback(house: House, me: Participant) -> Result<Json<Mine>, Error> {
    let read = house.run(async move |app| {
        let author = sheet::author(&app, me.registration.id);
        let sheet = sheet::Entity::find_by_id((me.event.id, author)).one(app.database.reader()).await?;
        Ok(sheet.ok_or_else(Refused::not_found)?)
    });
    let sheet::Model { overall, pace, met, again, comment, .. } = read.await?;
    Ok(Json(Mine { overall, pace, met, again, words: comment }))
}

/// Answers once the event is over, in place of what was answered before. Who: participant who came.
#[utoipa::path(tag = "feedback", security(("bearer" = [])), request_body = Answers,
    responses((status = 204, description = "Kept"), (status = 403), (status = 409, description = "`phase_closed`")))]
#[put("/events/{event}/feedback")]
pub async fn give_feedback(house: House, me: Participant, answers: Body<Answers>) -> Result<HttpResponse, Error> {
    let answers = answers.into_inner();
    house.run(async move |app| submit::submit(&app, &me, answers).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What came of it, without saying who. Who: organizer.
#[utoipa::path(tag = "feedback", security(("bearer" = [])), responses((status = 200, body = FeedbackSummary), (status = 403)))]
#[get("/events/{event}/feedback/summary")]
pub async fn feedback_summary(house: House, by: Organizer) -> Result<Json<FeedbackSummary>, Error> {
    let sheets = house.ask(async move |app| {
        let sheets = sheet::Entity::find().filter(sheet::Column::EventId.eq(by.event.id));
        sheets.all(app.database.reader()).await
    });
    let Summary { answers, shares } = summary::of(sheets.await?);
    Ok(Json(FeedbackSummary { answers, shares: shares.map(Share::from) }))
}
