//! Who joined a circle, and what the others see of them: nickname and number.

use std::collections::{HashMap, HashSet};

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::NOT_IN_CIRCLE;
use crate::badges::face::{self, Face};
use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "circle_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    pub joined_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    #[must_use]
    pub fn of_event(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id))
    }
}

/// A member as the others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CircleMember)]
pub struct Member {
    pub nickname: String,
    /// As it was worn: `女008`.
    pub badge: String,
    pub me: bool,
}

/// Who is in the circle of an event, by their registrations.
pub async fn ids(db: &impl ConnectionTrait, event_id: Uuid) -> Result<HashSet<Uuid>, DbErr> {
    let members = Entity::of_event(event_id).select_only().column(Column::RegistrationId).into_tuple::<Uuid>();
    Ok(members.all(db).await?.into_iter().collect())
}

/// How many are in the circle of an event.
pub async fn count(db: &impl ConnectionTrait, event_id: Uuid) -> Result<u64, DbErr> {
    Entity::of_event(event_id).count(db).await
}

/// Holds a membership, so that what one person does in a circle is done one thing after the other.
///
/// # Errors
/// 403 `not_in_circle`.
pub async fn hold(txn: &impl ConnectionTrait, registration_id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(registration_id).lock_exclusive().one(txn).await?;
    Ok(held.ok_or(NOT_IN_CIRCLE)?)
}

/// The people behind registrations, as members see each other.
pub async fn named(
    db: &impl ConnectionTrait,
    registrations: impl IntoIterator<Item = Uuid>,
    me: Uuid,
) -> Result<HashMap<Uuid, Member>, DbErr> {
    let wanted: HashSet<Uuid> = registrations.into_iter().collect();
    let faces = face::faces(db, wanted).await?;
    let member = |(id, face): (Uuid, Face)| (id, Member { badge: face.badge(), nickname: face.nickname, me: id == me });
    Ok(faces.into_iter().map(member).collect())
}
