//! 牵手: a match both confirmed to show.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "couple")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    #[sea_orm(unique)]
    pub match_id: Uuid,
    pub lo_id: Uuid,
    pub hi_id: Uuid,
    /// The stable choice for the stage put these two together; who may be called, `for_stage` says.
    pub on_stage: bool,
    pub formed_at: DateTimeUtc,
    /// Since when one of the two no longer wants to be shown.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Since when both want to be asked how it goes.
    pub follow_up_since: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    #[must_use]
    pub fn people(&self) -> [Uuid; 2] {
        [self.lo_id, self.hi_id]
    }

    /// In the order matches are stored in.
    #[must_use]
    pub fn pair(&self) -> (Uuid, Uuid) {
        (self.lo_id, self.hi_id)
    }
}

impl Entity {
    /// Couples both of whom still want to be shown.
    #[must_use]
    pub fn find_standing() -> Select<Self> {
        Self::find().filter(Column::WithdrawnAt.is_null())
    }
}

/// The couple a match became, shown or withdrawn.
pub async fn of_match(db: &impl ConnectionTrait, match_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::MatchId.eq(match_id)).one(db).await
}
