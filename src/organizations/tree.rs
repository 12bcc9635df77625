//! Which union belongs to which: 全市, its districts and industries, their grassroots unions. There are some hundreds of
//! them at most, so all are read at once.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{organization, parent};

/// So many levels there are at most: a country, a province, a city, a district, the grassroots.
pub const MOST_LEVELS: usize = 5;

/// All unions, as trees beside each other.
pub struct Tree {
    /// In the order in which they were taken in.
    unions: Vec<organization::Model>,
    parents: HashMap<Uuid, Uuid>,
}

/// Whether any union stands below this one.
pub async fn has_below(db: &impl ConnectionTrait, union: Uuid) -> Result<bool, DbErr> {
    Ok(parent::Entity::find().filter(parent::Column::ParentId.eq(union)).one(db).await?.is_some())
}

impl Tree {
    pub async fn read(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let unions = organization::Entity::find().order_by_asc(organization::Column::Id).all(db).await?;
        Self::of(db, unions).await
    }

    /// The tree of these unions, in this order.
    pub async fn of(db: &impl ConnectionTrait, unions: Vec<organization::Model>) -> Result<Self, DbErr> {
        let parents = parent::Entity::find().all(db).await?;
        Ok(Self { unions, parents: parents.iter().map(|row| (row.organization_id, row.parent_id)).collect() })
    }

    /// The union with this slug or id.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&organization::Model> {
        let id: Option<Uuid> = name.parse().ok();
        self.unions.iter().find(|union| id.map_or(union.slug == name, |id| union.id == id))
    }

    /// The union right above it.
    #[must_use]
    pub fn parent(&self, union: Uuid) -> Option<&organization::Model> {
        let parent = *self.parents.get(&union)?;
        self.unions.iter().find(|union| union.id == parent)
    }

    /// The unions right below it.
    pub fn children(&self, union: Uuid) -> impl Iterator<Item = &organization::Model> {
        self.unions.iter().filter(move |child| self.parents.get(&child.id) == Some(&union))
    }

    /// A union and all that stand below it, with how far below: whoever stands above another comes before it.
    #[must_use]
    pub fn below(&self, union: &organization::Model) -> Vec<(usize, &organization::Model)> {
        let mut found = Vec::new();
        if let Some(top) = self.unions.iter().find(|known| known.id == union.id) {
            self.gather(top, 0, &mut found);
        }
        found
    }

    /// All unions, with how many stand above each.
    #[must_use]
    pub fn in_order(&self) -> Vec<(usize, &organization::Model)> {
        let mut found = Vec::new();
        for top in self.unions.iter().filter(|union| self.parent(union.id).is_none()) {
            self.gather(top, 0, &mut found);
        }
        found
    }

    /// How many stand above a union.
    #[must_use]
    pub fn level(&self, union: Uuid) -> usize {
        std::iter::successors(self.parent(union), |above| self.parent(above.id)).take(MOST_LEVELS).count()
    }

    /// Ends where somebody wrote a circle into the database, too.
    fn gather<'a>(
        &'a self,
        union: &'a organization::Model,
        level: usize,
        found: &mut Vec<(usize, &'a organization::Model)>,
    ) {
        if level < MOST_LEVELS {
            found.push((level, union));
            for child in self.children(union.id) {
                self.gather(child, level + 1, found);
            }
        }
    }
}
