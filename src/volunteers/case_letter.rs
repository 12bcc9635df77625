//! 来信: what a volunteer and one of two wrote to each other through the house, each without the other's address.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter, QueryOrder};

use crate::app::App;
use crate::error::Fault;
use crate::sealed::{self, Sealed};

/// What a volunteer writes to one of two in a day, and what that one answers.
pub const MOST_BY_VOLUNTEER: u64 = 2;
pub const MOST_ANSWERS: u64 = 5;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "case_letter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub couple_id: Uuid,
    /// With which of the two: what is written to both stands here twice.
    pub registration_id: Uuid,
    pub written_by: Uuid,
    pub by_volunteer: bool,
    /// Sealed.
    #[sea_orm(column_name = "text_sealed")]
    pub text: Sealed,
    /// The event's calendar day.
    pub day: Date,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What it says.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn text(&self, app: &App) -> Result<String, Fault> {
        sealed::CASE_LETTER.open(&app.secrets, &[self.id], &self.text)
    }
}

/// Everything written about a couple, oldest first.
pub async fn of_couple(db: &impl ConnectionTrait, couple_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::CoupleId.eq(couple_id)).order_by_asc(Column::Id).all(db).await
}

/// What was written with one of a couple, oldest first.
pub async fn with_person(
    db: &impl ConnectionTrait,
    couple_id: Uuid,
    registration_id: Uuid,
) -> Result<Vec<Model>, DbErr> {
    let of_couple = Entity::find().filter(Column::CoupleId.eq(couple_id));
    of_couple.filter(Column::RegistrationId.eq(registration_id)).order_by_asc(Column::Id).all(db).await
}

/// How many were written with one of a couple on a day, by either side.
pub async fn count_on(
    db: &impl ConnectionTrait,
    couple_id: Uuid,
    registration_id: Uuid,
    by_volunteer: bool,
    day: Date,
) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::CoupleId.eq(couple_id))
        .filter(Column::RegistrationId.eq(registration_id))
        .filter(Column::ByVolunteer.eq(by_volunteer))
        .filter(Column::Day.eq(day))
        .count(db)
        .await
}
