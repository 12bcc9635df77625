//! The one row that says which house a database is.

use sea_orm::entity::prelude::*;

/// There is one place for a house in a database.
pub const PLACE: i32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "house")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i32,
    /// Made at the first start, and never again.
    pub id: Uuid,
    pub founded_at: DateTimeUtc,
    /// What the lasting keys are made of, sealed.
    pub lasting: Vec<u8>,
    /// Vouches that everything in the database is bound to the keys; None while that is to be done.
    pub bound: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
