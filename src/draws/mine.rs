//! What a draw is to one person: whether they are in its list, what they won, and how to find their own line below
//! what was published.

use data_encoding::HEXLOWER;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::draw::{self, State};
use super::entry::{self, PassedOver};
use super::win;
use crate::error::Fault;
use queqiao_screening::{draw as pure, lottery};

/// A draw whose list I am in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyDraw {
    /// Of the draw.
    pub number: i32,
    pub name: String,
    pub state: State,
    /// Why the draw went past me, where it did.
    pub passed_over: Option<PassedOver>,
    /// The prizes I won.
    pub won: Vec<String>,
}

/// My own line of a list. With the row and the salt anybody comes to the leaf, and by the path to the root.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyDrawLine {
    #[serde(flatten)]
    pub draw: MyDraw,
    /// None before the draw: whoever knew the own ticket could choose the number that makes it the smallest, or call
    /// the draw off.
    pub proof: Option<DrawProof>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawProof {
    /// As it is hashed: `SHA-256(0x00 ‖ salt ‖ row)`.
    #[schema(example = "[\"A0012\"]")]
    pub row: String,
    pub salt: String,
    pub leaf: String,
    /// Which leaf it is, from 0, of how many.
    pub place: usize,
    pub leaves: usize,
    /// Sibling hashes from the leaf up to the root.
    pub path: Vec<String>,
    pub list_root: String,
    /// `HMAC-SHA256(seed, "queqiao/ticket/v1" ‖ 0x00 ‖ leaf)`, for each prize `prize:leaf` where one may win several;
    /// the smallest win. None before the draw.
    pub tickets: Option<Vec<String>>,
}

/// The draws of an event whose lists somebody is in, latest first.
pub async fn of_person(db: &impl ConnectionTrait, event_id: Uuid, registration_id: Uuid) -> Result<Vec<MyDraw>, Fault> {
    let entries = entry::Entity::find().filter(entry::Column::RegistrationId.eq(registration_id)).all(db).await?;
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let won = won(db, registration_id).await?;
    let draws = draw::of_event(db, event_id).await?;
    let of = |draw: &draw::Model| {
        let entry = entries.iter().find(|entry| entry.draw_id == draw.id)?;
        Some(standing(draw, entry, &won))
    };
    Ok(draws.iter().filter_map(of).collect())
}

/// How somebody stands to a draw; None where they are not in its list.
pub async fn line(
    db: &impl ConnectionTrait,
    draw: &draw::Model,
    registration_id: Uuid,
) -> Result<Option<MyDrawLine>, Fault> {
    let Some(own) = entry::Entity::find_by_id((draw.id, registration_id)).one(db).await? else { return Ok(None) };
    let standing = standing(draw, &own, &won(db, registration_id).await?);
    let proof = if draw.held_at.is_some() { Some(proof(db, draw, &own).await?) } else { None };
    Ok(Some(MyDrawLine { draw: standing, proof }))
}

async fn won(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<Vec<win::Model>, Fault> {
    let won = win::Entity::find().filter(win::Column::RegistrationId.eq(registration_id));
    Ok(won.order_by_asc(win::Column::Prize).all(db).await?)
}

fn standing(draw: &draw::Model, entry: &entry::Model, won: &[win::Model]) -> MyDraw {
    let own = won.iter().filter(|won| won.draw_id == draw.id);
    let name =
        |won: &win::Model| draw.prizes.0.get(usize::try_from(won.prize - 1).ok()?).map(|prize| prize.name.clone());
    MyDraw {
        number: draw.number,
        name: draw.name.clone(),
        state: draw.state,
        passed_over: entry.passed_over,
        won: own.filter_map(name).collect(),
    }
}

async fn proof(db: &impl ConnectionTrait, draw: &draw::Model, own: &entry::Model) -> Result<DrawProof, Fault> {
    let list = entry::of_draw(db, draw.id).await?;
    let leaves = entry::leaves(&list)?;
    let place = list.iter().position(|entry| entry.leaf == own.leaf).unwrap_or_default();
    let (root, paths) = lottery::paths(&leaves);
    let path = paths.get(place).into_iter().flatten().map(|hash| HEXLOWER.encode(hash)).collect();
    let seed = super::view::seed(draw).as_deref().and_then(queqiao_screening::draw_record::hash);
    let tickets = seed.zip(leaves.get(place)).map(|(seed, leaf)| {
        let prizes = if draw.again { draw.prizes.0.len() } else { 1 };
        (1..=prizes).map(|prize| HEXLOWER.encode(&pure::ticket(&seed, leaf, prize, draw.again))).collect()
    });
    Ok(DrawProof {
        row: pure::row(&own.number),
        salt: own.salt.clone(),
        leaf: own.leaf.clone(),
        place,
        leaves: leaves.len(),
        path,
        list_root: HEXLOWER.encode(&root),
        tickets,
    })
}
