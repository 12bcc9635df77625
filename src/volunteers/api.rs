//! What volunteers see and note.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, Responder, get, post};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::follow_up::{self, State};
use super::milestone::Milestone;
use super::note_follow_up::{NewFollowUp, note};
use super::take_into_care;
use super::{cases, outcomes};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Body;
use crate::couples::pair;
use crate::error::Error;
use crate::events::access::Volunteer;
use crate::paging::Page;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FollowUp {
    id: Uuid,
    state: State,
    note: String,
    at: DateTime<Utc>,
    /// The due task it answered, if any.
    milestone: Option<Milestone>,
}

impl FollowUp {
    fn of(noted: &follow_up::Model, note: String) -> Self {
        Self { id: noted.id, state: noted.state, note, at: noted.at, milestone: noted.milestone }
    }
}

/// What an evening came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Outcomes {
    couples: Vec<OutcomeCouple>,
    counts: OutcomeCounts,
}

/// A couple both of whom agreed to be shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeCouple {
    id: Uuid,
    badges: Vec<String>,
    nicknames: Vec<String>,
    on_stage: bool,
    formed_at: DateTime<Utc>,
    /// Both want to be asked how it goes.
    follow_up: bool,
    state: Option<State>,
}

/// Null where a number is below 5, or fewer than 20 people came.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutcomeCounts {
    attended: u64,
    matches: Option<usize>,
    matched_people: Option<usize>,
    couples: usize,
    follow_ups: usize,
    /// Of those in `couples`.
    states: BTreeMap<State, usize>,
}

/// A couple to look after.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseShown {
    couple_id: Uuid,
    /// Slug of the event.
    event: String,
    badges: Vec<String>,
    nicknames: Vec<String>,
    /// In my care; otherwise in nobody's yet.
    mine: bool,
    state: Option<State>,
    heard_at: Option<DateTime<Utc>>,
    /// What is to be asked next; null once all was, or the two parted.
    milestone: Option<Milestone>,
    due_at: Option<DateTime<Utc>>,
    due: bool,
}

/// Couples that agreed to be shown, and figures. Who: volunteer, organizer.
#[utoipa::path(tag = "volunteers", responses(
    (status = 200, body = Outcomes),
    (status = 403),
),
    security(("bearer" = [])))]
#[get("/events/{event}/outcomes")]
pub async fn show_outcomes(house: House, volunteer: Volunteer) -> Result<Json<Outcomes>, Error> {
    let event_id = volunteer.event.id;
    let (agreed, figures) =
        house.ask(async move |app| outcomes::of_event(app.database.reader(), event_id).await).await?;
    let couples = agreed.into_iter().map(|couple| OutcomeCouple {
        id: couple.id,
        badges: couple.badges,
        nicknames: couple.nicknames,
        on_stage: couple.on_stage,
        formed_at: couple.formed_at,
        follow_up: couple.follow_up,
        state: couple.state,
    });
    let counts = OutcomeCounts {
        attended: figures.attended,
        matches: figures.matches,
        matched_people: figures.matched_people,
        couples: figures.couples,
        follow_ups: figures.followed,
        states: figures.states,
    };
    Ok(Json(Outcomes { couples: couples.collect(), counts }))
}

/// The couples in my care, and those of my events in nobody's: earliest due first. Who: volunteer.
#[utoipa::path(tag = "volunteers", responses(
    (status = 200, body = Page<CaseShown>),
),
    security(("bearer" = [])))]
#[get("/me/cases")]
pub async fn my_cases(house: House, account: SignedIn) -> Result<Json<Page<CaseShown>>, Error> {
    let items = house
        .run(async move |app| {
            let db = app.database.reader();
            let now = app.now();
            let cases = cases::of_volunteer(db, account.account_id).await?;
            let mut pairs = pair::pairs(db, cases.iter().map(|case| &case.couple)).await?;
            let views = cases.into_iter().map(|case| {
                let (badges, nicknames) = pair::unzip(pairs.remove(&case.couple.id).unwrap_or_default());
                CaseShown {
                    couple_id: case.couple.id,
                    event: case.event.slug,
                    badges,
                    nicknames,
                    mine: case.volunteer_id == Some(account.account_id),
                    state: case.last.map(|(state, _)| state),
                    heard_at: case.last.map(|(_, at)| at),
                    milestone: case.next.map(|(milestone, _)| milestone),
                    due_at: case.next.map(|(_, due)| due),
                    due: case.next.is_some_and(|(_, due)| due <= now),
                }
            });
            Ok(views.collect())
        })
        .await?;
    Ok(Json(Page::whole(items)))
}

/// Takes a couple into my care. Who: volunteer of its event.
#[utoipa::path(tag = "volunteers", responses(
    (status = 204),
    (status = 409, description = "`follow_up_not_agreed`, `case_taken`")),
    params(("id" = Uuid, Path, description = "The couple")),
    security(("bearer" = [])))]
#[post("/couples/{id}/case")]
pub async fn take_case(house: House, account: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    house.done(async move |app| take_into_care::take(&app, account, id.into_inner()).await).await
}

/// Notes what I heard from a couple. It answers the earliest task due by then. Who: volunteer of
/// its event, organizer.
#[utoipa::path(tag = "volunteers", request_body = NewFollowUp, responses(
    (status = 201, body = FollowUp),
    (status = 409, description = "`follow_up_not_agreed`, `case_taken`"),
),
    params(("id" = Uuid, Path, description = "The couple")),
    security(("bearer" = [])))]
#[post("/couples/{id}/follow-ups")]
pub async fn note_follow_up(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    heard: Body<NewFollowUp>,
) -> Result<impl Responder, Error> {
    let heard = heard.into_inner();
    let text = heard.note.clone();
    let noted = house.run(async move |app| note(&app, account, id.into_inner(), heard).await).await?;
    Ok(Json(FollowUp::of(&noted, text)).customize().with_status(StatusCode::CREATED))
}
