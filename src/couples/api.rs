//! What two people who picked each other do next, and whom the host may call on stage.

use std::collections::HashSet;

use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post, put};
use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, entity::prelude::*};
use serde::Serialize;
use utoipa::ToSchema;

use super::agree::{self, ConsentSaid};
use super::exchange::{self, ContactOffer};
use super::mine::{self, Standing};
use super::offer::Field;
use super::{couple, for_stage, pair};
use crate::accounts::SignedIn;
use crate::app::House;
use crate::body::Body;
use crate::error::Error;
use crate::events::access::Host;
use crate::padding;
use crate::paging::Page;
use crate::picks::matched;
use crate::registrations::registration;

/// A match, told to one of the two.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MatchShown {
    id: Uuid,
    event_id: Uuid,
    /// The other one.
    badge: String,
    nickname: String,
    on_stage: bool,
    consent: ConsentShown,
    /// Null until both said yes.
    couple: Option<CoupleMade>,
    contact: ContactShown,
}

/// What I said.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsentShown {
    show: bool,
    follow_up: bool,
    /// What the volunteer may see of me.
    volunteer_sees: Vec<Field>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoupleMade {
    id: Uuid,
    /// Both want to be asked later.
    follow_up: bool,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactState {
    /// I have offered nothing.
    None,
    /// I have, and can take it back.
    Waiting,
    Opened,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactShown {
    state: ContactState,
    /// What I would give.
    mine: Vec<Field>,
    /// What the other one gave, as it was in that moment; null until both have, and where it was closed
    /// to me since.
    theirs: Option<ContactDetails>,
    opened_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ContactDetails {
    wechat: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CoupleShown {
    id: Uuid,
    badges: Vec<String>,
    nicknames: Vec<String>,
    /// May be called on stage: the stable choice put these two together, or they agreed after it and
    /// neither is called with somebody else.
    on_stage: bool,
    formed_at: DateTime<Utc>,
}

impl From<Standing> for MatchShown {
    fn from(standing: Standing) -> Self {
        let state = match (standing.opened_at, standing.offered.is_empty()) {
            (Some(_), _) => ContactState::Opened,
            (None, false) => ContactState::Waiting,
            (None, true) => ContactState::None,
        };
        let theirs =
            standing.given.map(|given| ContactDetails { wechat: given.wechat, phone: given.phone, email: given.email });
        Self {
            id: standing.match_id,
            event_id: standing.event_id,
            badge: standing.badge,
            nickname: standing.nickname,
            on_stage: standing.on_stage,
            consent: ConsentShown {
                show: standing.show,
                follow_up: standing.follow_up,
                volunteer_sees: standing.volunteer_sees,
            },
            couple: standing.couple.map(|(id, follow_up)| CoupleMade { id, follow_up }),
            contact: ContactShown { state, mine: standing.offered, theirs, opened_at: standing.opened_at },
        }
    }
}

/// Who has a match and what they gave is not to be read from the size of an answer.
const BLOCK: usize = 8192;

/// My matches at all events, newest first. Who: anybody signed in.
#[utoipa::path(tag = "couples", responses(
    (status = 200, body = Page<MatchShown>),
),
    security(("bearer" = [])))]
#[get("/matches")]
pub async fn my_matches(house: House, account: SignedIn) -> Result<HttpResponse, Error> {
    let standings = house
        .run(async move |app| {
            let db = app.database.reader();
            let own = registration::Entity::find().filter(registration::Column::AccountId.eq(account.account_id));
            let mut standings = Vec::new();
            for own in own.order_by_desc(registration::Column::Id).all(db).await? {
                for found in matched::Entity::with(own.id).all(db).await? {
                    let mine = mine::find(db, account.account_id, found.id).await?;
                    standings.push(mine::standing(db, &app, &mine).await?);
                }
            }
            Ok(standings)
        })
        .await?;
    padding::json(&Page::whole(standings.into_iter().map(MatchShown::from).collect()), BLOCK)
}

/// One of my matches. Who: its two people; to everybody else it is not there.
#[utoipa::path(tag = "couples", responses(
    (status = 200, body = MatchShown),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[get("/matches/{id}")]
pub async fn one_match(house: House, account: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    let standing = house
        .run(async move |app| {
            let db = app.database.reader();
            Ok(mine::standing(db, &app, &mine::find(db, account.account_id, id.into_inner()).await?).await?)
        })
        .await?;
    padding::json(&MatchShown::from(standing), BLOCK)
}

/// Says whether we may be shown as a couple; both saying yes makes us one, either taking it back
/// unmakes it. What the other one said alone is not told. Who: the two people of the match.
#[utoipa::path(tag = "couples", request_body = ConsentSaid, responses(
    (status = 200, body = MatchShown),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[put("/matches/{id}/consent")]
pub async fn consent(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    choice: Body<ConsentSaid>,
) -> Result<HttpResponse, Error> {
    let choice = choice.into_inner();
    let standing = house.run(async move |app| agree::agree(&app, account, id.into_inner(), choice).await).await?;
    padding::json(&MatchShown::from(standing), BLOCK)
}

/// Offers contact details, or takes the offer back; opened only when both have offered. Who: the
/// two people of the match.
#[utoipa::path(tag = "couples", request_body = ContactOffer, responses(
    (status = 200, body = MatchShown),
    (status = 409, description = "`already_opened`"),
),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[post("/matches/{id}/contact")]
pub async fn offer_contact(
    house: House,
    account: SignedIn,
    id: Path<Uuid>,
    offer: Body<ContactOffer>,
) -> Result<HttpResponse, Error> {
    let ContactOffer { fields, withdraw } = offer.into_inner();
    let standing = house
        .run(async move |app| {
            if withdraw {
                exchange::withdraw(&app, account, id.into_inner()).await
            } else {
                exchange::offer(&app, account, id.into_inner(), fields).await
            }
        })
        .await?;
    padding::json(&MatchShown::from(standing), BLOCK)
}

/// Takes my offer back, until it is opened. Who: the two people of the match.
#[utoipa::path(tag = "couples", responses(
    (status = 200, body = MatchShown),
    (status = 409, description = "`already_opened`")),
    params(("id" = Uuid, Path, description = "The match")),
    security(("bearer" = [])))]
#[delete("/matches/{id}/contact")]
pub async fn withdraw_contact(house: House, account: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Error> {
    let standing = house.run(async move |app| exchange::withdraw(&app, account, id.into_inner()).await).await?;
    padding::json(&MatchShown::from(standing), BLOCK)
}

/// The couples that confirmed, by the order they did. Who: host.
#[utoipa::path(tag = "couples", responses(
    (status = 200, body = Page<CoupleShown>),
    (status = 403),
),
    security(("bearer" = [])))]
#[get("/events/{event}/couples")]
pub async fn couples(house: House, host: Host) -> Result<Json<Page<CoupleShown>>, Error> {
    let items = house
        .run(async move |app| {
            let db = app.database.reader();
            let mut couples = for_stage::standing(db, host.event.id).await?;
            let called: HashSet<Uuid> =
                for_stage::choose(couples.clone()).into_iter().map(|couple| couple.id).collect();
            couples.sort_by_key(|couple| couple.id);
            let mut pairs = pair::pairs(db, &couples).await?;
            Ok(couples
                .into_iter()
                .map(|couple| {
                    let couple::Model { id, formed_at, .. } = couple;
                    let (badges, nicknames) = pair::unzip(pairs.remove(&id).unwrap_or_default());
                    CoupleShown { id, badges, nicknames, on_stage: called.contains(&id), formed_at }
                })
                .collect())
        })
        .await?;
    Ok(Json(Page::whole(items)))
}
