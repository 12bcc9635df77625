//! The boards somebody would come to, the dearest first. Who never put them in order would come to any, in the order in
//! which the event names them.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, IntoActiveModel, QueryFilter};

use super::terms::Board;
use crate::error::Fault;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "board_wish")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    /// Names, as JSON.
    pub boards: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The boards that are wished for, of those there are.
    ///
    /// # Errors
    /// A fault where the row cannot be read, which nothing in the program can cause.
    pub fn names(&self, boards: &[Board]) -> Result<Vec<String>, Fault> {
        let mut names: Vec<String> = serde_json::from_str(&self.boards).map_err(Fault::of)?;
        names.retain(|name| boards.iter().any(|board| board.name == *name));
        Ok(names)
    }
}

/// All boards in the order of the event: what somebody wishes who said nothing.
#[must_use]
pub fn any(boards: &[Board]) -> Vec<String> {
    boards.iter().map(|board| board.name.clone()).collect()
}

/// In place of what was wished before.
pub async fn put(db: &impl ConnectionTrait, wish: Model) -> Result<(), DbErr> {
    let mut again = OnConflict::column(Column::RegistrationId);
    again.update_columns([Column::Boards, Column::At]);
    Entity::insert(wish.into_active_model().reset_all())
        .on_conflict(again.to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// What one person wishes, and whether they said so.
///
/// # Errors
/// Only faults.
pub async fn of_person(
    db: &impl ConnectionTrait,
    boards: &[Board],
    registration_id: Uuid,
) -> Result<(Vec<String>, bool), Fault> {
    match Entity::find_by_id(registration_id).one(db).await? {
        Some(wish) => Ok((wish.names(boards)?, true)),
        None => Ok((any(boards), false)),
    }
}

/// What everybody wishes who said so, by registration.
///
/// # Errors
/// Only faults.
pub async fn of_event(
    db: &impl ConnectionTrait,
    boards: &[Board],
    event_id: Uuid,
) -> Result<HashMap<Uuid, Vec<String>>, Fault> {
    let wishes = Entity::find().filter(Column::EventId.eq(event_id)).all(db).await?;
    wishes.into_iter().map(|wish| Ok((wish.registration_id, wish.names(boards)?))).collect()
}
