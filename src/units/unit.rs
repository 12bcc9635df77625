//! An employer.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LikeExpr;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder, QuerySelect};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    /// [`folded`] name: unique within the union, and what type-ahead searches.
    pub name_folded: String,
    /// People with a confirmed mail address of this domain work here.
    pub mail_domain: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A name as it is compared: NFKC, lower case, without spaces.
#[must_use]
pub fn folded(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Most units one search answers with.
pub const MOST_FOUND: usize = 20;

/// Units of some unions whose name holds `typed`, those beginning with it first.
///
/// # Errors
/// Only faults.
pub async fn search(db: &impl ConnectionTrait, unions: &[Uuid], typed: &str) -> Result<Vec<Model>, DbErr> {
    let typed: String = folded(typed)
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c]))
        .collect();
    let like = |pattern: String| {
        Entity::find()
            .filter(Column::OrganizationId.is_in(unions.iter().copied()))
            .filter(Column::NameFolded.like(LikeExpr::new(pattern).escape('!')))
            .order_by_asc(Column::NameFolded)
            .limit(MOST_FOUND as u64)
    };
    let mut found = like(format!("{typed}%")).all(db).await?;
    if found.len() < MOST_FOUND && !typed.is_empty() {
        found.extend(like(format!("_%{typed}%")).all(db).await?);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|unit| seen.insert(unit.id));
    found.truncate(MOST_FOUND);
    Ok(found)
}
