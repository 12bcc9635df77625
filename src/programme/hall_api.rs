//! Groups, pairs and talents, as the host works with them.

use std::collections::{BTreeMap, HashSet};

use actix_web::web::Json;
use actix_web::{get, post, put};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::break_ice;
use super::form_groups::{self, Wish};
use super::present;
use super::{icebreaker, icebreaker_seat, talent};
use crate::app::House;
use crate::badges::face::{BadgeAndNickname, Face, by_number};
use crate::body::Body;
use crate::checkin::presence;
use crate::error::{Error, Fault};
use crate::events::access::Host;
use crate::paging::Page;
use crate::registrations::group_member;

/// Every group with its members, by the numbers they wear.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Groups {
    pub groups: Vec<GroupShown>,
    /// Who is inside and in no group yet.
    pub without: Vec<BadgeAndNickname>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupShown {
    /// Counts from 1.
    pub group: i32,
    pub members: Vec<BadgeAndNickname>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Icebreaker)]
pub struct IcebreakerShown {
    /// Counts from 1.
    pub game: i32,
    pub drawn_at: DateTime<Utc>,
    /// Two each; where the hall is odd, one of three.
    pub pairs: Vec<Vec<BadgeAndNickname>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Talent)]
pub struct TalentShown {
    pub group: Option<i32>,
    /// Null until the person came in.
    pub by: Option<BadgeAndNickname>,
    pub title: String,
}

pub async fn groups(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Groups, Fault> {
    let formed = group_member::of_event(db, event_id).await?;
    let inside = presence::Entity::inside(event_id).all(db).await?;
    let inside: HashSet<Uuid> = inside.into_iter().map(|guest| guest.registration_id).collect();
    let mut groups: BTreeMap<i32, Vec<BadgeAndNickname>> = BTreeMap::new();
    let mut without = Vec::new();
    for person in &by_number(present::came(db, event_id).await?) {
        match formed.get(&person.registration_id) {
            Some(group) => groups.entry(*group).or_default().push(person.into()),
            None if inside.contains(&person.registration_id) => without.push(person.into()),
            None => {}
        }
    }
    let groups = groups.into_iter().map(|(group, members)| GroupShown { group, members });
    Ok(Groups { groups: groups.collect(), without })
}

pub async fn icebreakers(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Page<IcebreakerShown>, Fault> {
    let games = icebreaker::of_event(db, event_id).await?;
    let people = present::came(db, event_id).await?;
    let mut items = Vec::with_capacity(games.len());
    for game in games.into_iter().rev() {
        let seats = icebreaker_seat::Entity::find().filter(icebreaker_seat::Column::IcebreakerId.eq(game.id));
        let mut pairs: BTreeMap<i32, Vec<&Face>> = BTreeMap::new();
        for seat in seats.all(db).await? {
            pairs.entry(seat.pair).or_default().extend(people.get(&seat.registration_id));
        }
        let called = |mut pair: Vec<&Face>| {
            pair.sort_by_key(|person| person.worn);
            pair.into_iter().map(BadgeAndNickname::from).collect()
        };
        items.push(IcebreakerShown {
            game: game.game,
            drawn_at: game.drawn_at,
            pairs: pairs.into_values().map(called).collect(),
        });
    }
    Ok(Page::whole(items))
}

pub async fn talents(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Page<TalentShown>, Fault> {
    let formed = group_member::of_event(db, event_id).await?;
    let people = present::came(db, event_id).await?;
    let view = |offered: talent::Model| {
        let by = people.get(&offered.registration_id).map(BadgeAndNickname::from);
        TalentShown { group: formed.get(&offered.registration_id).copied(), by, title: offered.title }
    };
    let mut items: Vec<TalentShown> = talent::of_event(db, event_id).await?.into_iter().map(view).collect();
    items.sort_by_key(|item| (item.group.is_none(), item.group));
    Ok(Page::whole(items))
}

/// Groups with their members. Who: host, organizer.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 200, body = Groups),
        (status = 403),
    ))]
#[get("/events/{event}/programme/groups")]
pub async fn show_groups(house: House, host: Host) -> Result<Json<Groups>, Error> {
    house.ask(async move |app| groups(app.database.reader(), host.event.id).await).await.map(Json)
}

/// Forms groups of those inside: alike in men and women, colleagues apart, ages mixed. Who: host, organizer.
#[utoipa::path(tag = "programme", request_body = Wish, security(("bearer" = [])),
    responses(
        (status = 200, body = Groups),
        (status = 403),
        (status = 409, description = "`phase_closed`, `nobody_present`"),
    ))]
#[put("/events/{event}/programme/groups")]
pub async fn group_the_hall(house: House, host: Host, wish: Body<Wish>) -> Result<Json<Groups>, Error> {
    let wish = wish.into_inner();
    let formed = house.run(async move |app| {
        form_groups::form(&app, &host, &wish).await?;
        Ok(groups(app.database.reader(), host.event.id).await?)
    });
    formed.await.map(Json)
}

/// The pairs drawn to break the ice. Who: host, organizer.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 200, body = Page<IcebreakerShown>),
        (status = 403),
    ))]
#[get("/events/{event}/programme/icebreakers")]
pub async fn show_icebreakers(house: House, host: Host) -> Result<Json<Page<IcebreakerShown>>, Error> {
    house.ask(async move |app| icebreakers(app.database.reader(), host.event.id).await).await.map(Json)
}

/// Draws the next game's pairs: nobody with a colleague, or with somebody they were drawn with before. Who: host,
/// organizer.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 200, description = "All games, the new one first", body = Page<IcebreakerShown>),
        (status = 403),
        (status = 409, description = "`phase_closed`, `too_few_present`"),
    ))]
#[post("/events/{event}/programme/icebreakers")]
pub async fn draw_pairs(house: House, host: Host) -> Result<Json<Page<IcebreakerShown>>, Error> {
    let drawn = house.run(async move |app| {
        break_ice::draw(&app, &host).await?;
        Ok(icebreakers(app.database.reader(), host.event.id).await?)
    });
    drawn.await.map(Json)
}

/// What people offered to show. Who: host, organizer.
#[utoipa::path(tag = "programme", security(("bearer" = [])),
    responses(
        (status = 200, body = Page<TalentShown>),
        (status = 403),
    ))]
#[get("/events/{event}/programme/talents")]
pub async fn show_talents(house: House, host: Host) -> Result<Json<Page<TalentShown>>, Error> {
    house.ask(async move |app| talents(app.database.reader(), host.event.id).await).await.map(Json)
}
