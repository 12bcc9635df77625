//! A union that hosts events: the tenant.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QuerySelect, QueryTrait};

use super::staff;
use crate::language::Language;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub slug: String,
    pub name: String,
    pub name_en: Option<String>,
    pub created_at: DateTimeUtc,
    /// Whoever works for it does so with a second factor.
    pub demands_second_factor: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What it is called in a language, as far as it has a name there.
    #[must_use]
    pub fn name_in(&self, language: Language) -> &str {
        language.name(&self.name, self.name_en.as_deref())
    }
}

/// The union with this slug.
pub async fn by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Slug.eq(slug)).one(db).await
}

/// The union with this slug or id.
pub async fn named(db: &impl ConnectionTrait, name: &str) -> Result<Option<Model>, DbErr> {
    match name.parse() {
        Ok(id) => Entity::find_by_id::<Uuid>(id).one(db).await,
        Err(_) => by_slug(db, name).await,
    }
}

/// That somebody works for the union.
#[must_use]
pub fn worked_for_by(account: Uuid) -> SimpleExpr {
    let grants = staff::Entity::find().select_only().column(staff::Column::OrganizationId);
    Column::Id.in_subquery(grants.filter(staff::Column::AccountId.eq(account)).into_query())
}

/// The unions a person works for.
pub async fn of_staff(db: &impl ConnectionTrait, account: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(worked_for_by(account)).all(db).await
}
