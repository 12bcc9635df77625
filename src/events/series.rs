//! 系列: the brand that editions appear under.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    /// Unique within its union.
    pub slug: String,
    pub name: String,
    pub name_en: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The union's series with this slug.
pub async fn of_union(db: &impl ConnectionTrait, organization_id: Uuid, slug: &str) -> Result<Option<Model>, DbErr> {
    let series = Entity::find().filter(Column::OrganizationId.eq(organization_id)).filter(Column::Slug.eq(slug));
    series.one(db).await
}
