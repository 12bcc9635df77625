//! The picture of a line, as we developed it. Who may see the line may see it.

use std::collections::HashMap;

use queqiao_photos::Developed;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use crate::plaza::photo::Size;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_photo")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub line_id: Uuid,
    pub event_id: Uuid,
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

/// What is said of a picture before it is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ChatPicture)]
pub struct Frame {
    /// Of the large one, in pixels.
    pub width: i32,
    pub height: i32,
}

/// Keeps the picture of a line.
pub async fn keep(
    txn: &impl ConnectionTrait,
    (event_id, line_id): (Uuid, Uuid),
    photo: Developed,
) -> Result<(), DbErr> {
    let edge = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let row = ActiveModel {
        line_id: Set(line_id),
        event_id: Set(event_id),
        width: Set(edge(photo.width)),
        height: Set(edge(photo.height)),
        small: Set(photo.small),
        large: Set(photo.large),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// The pictures of these lines, without a byte of them.
pub async fn frames(
    db: &impl ConnectionTrait,
    lines: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Frame>, DbErr> {
    let rows = Entity::find()
        .filter(Column::LineId.is_in(lines))
        .select_only()
        .columns([Column::LineId, Column::Width, Column::Height])
        .into_tuple::<(Uuid, i32, i32)>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, width, height)| (id, Frame { width, height })).collect())
}

/// The JPEG itself.
pub async fn bytes(db: &impl ConnectionTrait, line_id: Uuid, size: Size) -> Result<Option<Vec<u8>>, DbErr> {
    let column = match size {
        Size::Small => Column::Small,
        Size::Large => Column::Large,
    };
    Entity::find_by_id(line_id).select_only().column(column).into_tuple::<Vec<u8>>().one(db).await
}
