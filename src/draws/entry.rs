//! Somebody in the list of a draw, with the salt that keeps others from guessing their leaf.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Fault;
use queqiao_screening::draw_record;
use queqiao_screening::lottery::Hash;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draw_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub draw_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// As applicants are numbered: `A0012`.
    pub number: String,
    pub salt: String,
    pub leaf: String,
    /// Why the draw went past it.
    pub passed_over: Option<PassedOver>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Why somebody in the list was not drawn among.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = DrawPassedOver)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    /// Takes part no more.
    Withdrawn,
    /// Was not inside, where the draw wants that.
    NotInside,
    /// Had won at a draw of the event whose list was fixed before.
    WonAlready,
}

impl PassedOver {
    /// As the keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::NotInside => "not-inside",
            Self::WonAlready => "won-already",
        }
    }
}

impl From<&Model> for draw_record::Entry {
    fn from(entry: &Model) -> Self {
        Self { leaf: entry.leaf.clone(), number: Some(entry.number.clone()), salt: Some(entry.salt.clone()) }
    }
}

/// The list of a draw in the order of its leaves.
pub async fn of_draw(db: &impl ConnectionTrait, draw_id: Uuid) -> Result<Vec<Model>, DbErr> {
    let mut list = Entity::find().filter(Column::DrawId.eq(draw_id)).order_by_asc(Column::Leaf).all(db).await?;
    // By their bytes, whatever the database holds for the order of letters.
    list.sort_by(|one, other| one.leaf.cmp(&other.leaf));
    Ok(list)
}

/// The leaves of a list.
///
/// # Errors
/// A fault where one cannot be read, which nothing in the program can cause.
pub fn leaves(list: &[Model]) -> Result<Vec<Hash>, Fault> {
    let read = |entry: &Model| {
        draw_record::hash(&entry.leaf).ok_or_else(|| anyhow::anyhow!("draw {}: a leaf is none", entry.draw_id).into())
    };
    list.iter().map(read).collect()
}
