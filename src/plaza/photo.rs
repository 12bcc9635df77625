//! A photo of something on the plaza, as we developed it. Who may see the thing may see its photos.

use std::collections::HashMap;

use queqiao_photos::Developed;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::contribution;
use crate::app::App;

/// The most photos one post has.
pub const MOST: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub contribution_id: Uuid,
    /// From 0, in the order they were chosen.
    pub place: i32,
    /// Of the large one, in pixels.
    pub width: i32,
    pub height: i32,
    /// JPEGs of our own making.
    pub small: Vec<u8>,
    pub large: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What is said of a photo before it is fetched, at `/events/{event}/photos/{id}/small` or `/large`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PhotoFrame)]
pub struct Frame {
    pub id: Uuid,
    /// Of the large one, in pixels.
    pub width: i32,
    pub height: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(as = PhotoSize, rename_all = "snake_case")]
pub enum Size {
    Small,
    Large,
}

/// Keeps the photos of something just put on the plaza.
pub async fn keep(
    txn: &impl ConnectionTrait,
    app: &App,
    of: &contribution::Model,
    photos: Vec<Developed>,
) -> Result<(), DbErr> {
    let edge = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    for (photo, place) in photos.into_iter().zip(0..) {
        let row = ActiveModel {
            id: Set(app.new_id()),
            event_id: Set(of.event_id),
            contribution_id: Set(of.id),
            place: Set(place),
            width: Set(edge(photo.width)),
            height: Set(edge(photo.height)),
            small: Set(photo.small),
            large: Set(photo.large),
        };
        Entity::insert(row).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// The photos of these, each one's in order; without a byte of them.
pub async fn frames(
    db: &impl ConnectionTrait,
    contributions: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<Frame>>, DbErr> {
    let rows = Entity::find()
        .filter(Column::ContributionId.is_in(contributions))
        .order_by_asc(Column::Place)
        .select_only()
        .columns([Column::ContributionId, Column::Id, Column::Width, Column::Height])
        .into_tuple::<(Uuid, Uuid, i32, i32)>()
        .all(db)
        .await?;
    let mut frames: HashMap<Uuid, Vec<Frame>> = HashMap::new();
    for (of, id, width, height) in rows {
        frames.entry(of).or_default().push(Frame { id, width, height });
    }
    Ok(frames)
}

/// What a photo of this event is of.
pub async fn subject(
    db: &impl ConnectionTrait,
    event_id: Uuid,
    id: Uuid,
) -> Result<Option<contribution::Model>, DbErr> {
    let of = Entity::find_by_id(id)
        .filter(Column::EventId.eq(event_id))
        .select_only()
        .column(Column::ContributionId)
        .into_tuple::<Uuid>()
        .one(db)
        .await?;
    match of {
        Some(of) => contribution::Entity::find_by_id(of).one(db).await,
        None => Ok(None),
    }
}

/// The JPEG itself.
pub async fn bytes(db: &impl ConnectionTrait, id: Uuid, size: Size) -> Result<Option<Vec<u8>>, DbErr> {
    let column = match size {
        Size::Small => Column::Small,
        Size::Large => Column::Large,
    };
    Entity::find_by_id(id).select_only().column(column).into_tuple::<Vec<u8>>().one(db).await
}
