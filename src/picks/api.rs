//! What guests may ask of pick rounds.

use actix_web::middleware::from_fn;
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, get, put};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use garde::Validate;
use sea_orm::QueryOrder;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::cast_ballot::Picks;
use super::discreet::discreet;
use super::round::{self, State};
use super::{cast_ballot, own};
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::event::Sides;
use crate::padding;
use crate::paging::Page;
use crate::registrations::access::{Insider, Participant};

/// A round as everybody at the event may see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PickRound)]
pub struct RoundShown {
    number: i32,
    limit: i32,
    sides: Sides,
    state: State,
    opened_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    tallied_at: Option<DateTime<Utc>>,
    /// Ballots sent, empty ones too. This and the two below are null before the tally, where fewer
    /// than 20 people sent one, and where the count is one to four.
    ballots: Option<i32>,
    picks: Option<i32>,
    matches: Option<i32>,
    /// Hex; decides between equally good stages. Drawn at the opening.
    coin: Option<String>,
}

/// A round with its closing bulletin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Bulletin {
    #[serde(flatten)]
    round: RoundShown,
    /// The receipts of all ballots that were opened, those nobody filled in too; empty before the tally.
    receipts: Vec<String>,
}

/// A whole ballot; it replaces the one sent before, and an empty list takes everything back.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Picks)]
pub struct PicksSent {
    /// Badge numbers, dearest first; full-width digits will do.
    #[garde(length(max = 200), inner(length(chars, max = 40)))]
    #[schema(example = json!(["女008", "女013"]))]
    badges: Vec<String>,
    /// 愿意上台: would walk on stage with somebody who picked back.
    #[garde(skip)]
    #[serde(default)]
    stage: bool,
    /// A volunteer may ask later how it went. Takes `stage`.
    #[garde(skip)]
    #[serde(default)]
    follow_up: bool,
}

/// A ballot was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PicksTaken {
    /// Eight characters, to be found in the closing bulletin.
    #[schema(example = "Q7ZK2M4A")]
    receipt: String,
}

/// The own ballot.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnPicks {
    badges: Vec<String>,
    stage: bool,
    follow_up: bool,
    receipt: Option<String>,
}

/// Who picked the asker back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnMatches {
    badges: Vec<String>,
    matches: Vec<OwnMatch>,
}

/// One match, as one of the two sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnMatch {
    /// For `/matches/{id}`.
    id: Uuid,
    badge: String,
    nickname: String,
}

impl From<round::Model> for RoundShown {
    fn from(round: round::Model) -> Self {
        Self {
            number: round.number,
            limit: round.most,
            sides: round.sides,
            state: round.state,
            opened_at: round.opened_at,
            closed_at: round.closed_at,
            tallied_at: round.tallied_at,
            ballots: round.ballots,
            picks: round.picks,
            matches: round.matches,
            coin: round.coin.as_deref().map(|coin| HEXLOWER.encode(coin)),
        }
    }
}

impl From<round::Model> for Bulletin {
    fn from(round: round::Model) -> Self {
        let receipts = serde_json::from_value(round.receipts.clone()).unwrap_or_default();
        Self { receipts, round: round.into() }
    }
}

/// Every ballot, its receipt and its result travel in an answer of this size, whoever is named in it.
const BLOCK: usize = 1024;

/// Lists the pick rounds of an event, by number. Who: the people of the event.
#[utoipa::path(tag = "picks", responses(
    (status = 200, body = Page<RoundShown>),
    (status = 403, description = "`not_registered`"),
),
    security(("bearer" = [])))]
#[get("/events/{event}/pick-rounds")]
pub async fn list_rounds(house: House, guest: Insider) -> Result<Json<Page<RoundShown>>, Error> {
    let rounds = house
        .run(async move |app| {
            let rounds = round::Entity::of_event(guest.event.id).order_by_asc(round::Column::Number);
            Ok(rounds.all(app.database.reader()).await?)
        })
        .await?;
    Ok(Json(Page::whole(rounds.into_iter().map(RoundShown::from).collect())))
}

/// Shows a round, and after the tally its bulletin. Who: the people of the event.
#[utoipa::path(tag = "picks", responses(
    (status = 200, body = Bulletin),
    (status = 403, description = "`not_registered`"),
),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[get("/events/{event}/pick-rounds/{n}")]
pub async fn show_round(house: House, guest: Insider, path: Path<(String, i32)>) -> Result<Json<Bulletin>, Error> {
    let (_, number) = path.into_inner();
    let found = house.run(async move |app| round::find(app.database.reader(), guest.event.id, number).await).await?;
    Ok(Json(found.into()))
}

/// Replaces my picks. Every ballot that is taken gets an answer of the same size. Who: a checked-in
/// participant.
///
/// 422 names the badge that cannot be picked (`badge`), and nothing is stored: `too_many_picks`,
/// `repeated_pick`, `own_badge`, `same_side`, `not_here`; or `not_checked_in`.
#[utoipa::path(tag = "picks", request_body = PicksSent, responses(
    (status = 200, body = PicksTaken),
    (status = 403, description = "`not_registered`, `staff_cannot_pick`"),
    (status = 409, description = "`round_not_open`, `round_closed`, `round_void`, `phase_closed`"),
    (status = 422, description = "`not_checked_in`, `too_many_picks`, `repeated_pick`, `own_badge`, `same_side`, `not_here`, with the `badge` that is meant"),
    (status = 503, description = "`key_unavailable`")),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[put("/events/{event}/pick-rounds/{n}/picks", wrap = "from_fn(discreet)")]
pub async fn light_up(
    house: House,
    guest: Participant,
    path: Path<(String, i32)>,
    sent: Body<PicksSent>,
) -> Result<HttpResponse, Error> {
    let (_, round) = path.into_inner();
    let PicksSent { badges, stage, follow_up } = sent.into_inner();
    let request = cast_ballot::Request { guest, round, picks: Picks { badges, stage, follow_up } };
    let taken = house.run(async move |app| cast_ballot::cast_ballot(&app, request).await).await?;
    padding::json(&PicksTaken { receipt: taken.receipt }, BLOCK)
}

/// My own picks, while the round is open and nobody else's ever. Who: participant.
///
/// Blanks follow the object, so that every answer is of one size.
#[utoipa::path(tag = "picks", responses(
    (status = 200, body = OwnPicks),
    (status = 403),
    (status = 409, description = "`round_not_open`, `round_closed`, `round_void`, `ballot_unreadable`"),
    (status = 503, description = "`key_unavailable`")),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[get("/events/{event}/pick-rounds/{n}/picks", wrap = "from_fn(discreet)")]
pub async fn own_picks(house: House, guest: Participant, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    let (_, number) = path.into_inner();
    let own = house.run(async move |app| own::ballot(&app, &guest, number).await).await?;
    let own::OwnBallot { badges, stage, follow_up, receipt, .. } = own;
    padding::json(&OwnPicks { badges, stage, follow_up, receipt }, BLOCK)
}

/// The badges that picked me back, or none. Who: participant.
#[utoipa::path(tag = "picks", responses(
    (status = 200, body = OwnMatches),
    (status = 403),
    (status = 409, description = "`round_not_tallied`, `round_void`")),
    params(("n" = i32, Path, description = "Number of the round")),
    security(("bearer" = [])))]
#[get("/events/{event}/pick-rounds/{n}/matches/me")]
pub async fn own_matches(house: House, guest: Participant, path: Path<(String, i32)>) -> Result<HttpResponse, Error> {
    let (_, number) = path.into_inner();
    let partners = house.run(async move |app| own::matches(&app, &guest, number).await).await?;
    let badges = partners.iter().map(|partner| partner.badge.clone()).collect();
    let matches = partners.into_iter().map(|partner| OwnMatch {
        id: partner.match_id,
        badge: partner.badge,
        nickname: partner.nickname,
    });
    padding::json(&OwnMatches { badges, matches: matches.collect() }, BLOCK)
}
