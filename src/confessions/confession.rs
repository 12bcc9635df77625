//! What one person would like to say to another on stage, as far as it is still open.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{
    Condition, ConnectionTrait, DbErr, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    UpdateMany, Value,
};

use crate::events::event;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "confession")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    /// The registration of whoever would like to speak.
    pub asked_by: Uuid,
    /// Counts from 1: which of the few times this person may ask.
    pub turn: i32,
    /// The registration of whoever is asked. None once they said no, were silent too long, or were
    /// never asked because one of the two blocked the other: nobody can tell which.
    pub asked_of: Option<Uuid>,
    /// Until when a yes counts.
    pub answer_by: DateTimeUtc,
    pub agreed: bool,
    pub withdrawn: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Those both want, by the order they were asked.
    #[must_use]
    pub fn agreed(event_id: Uuid) -> Select<Self> {
        Self::find()
            .filter(Column::EventId.eq(event_id))
            .filter(Column::Agreed.eq(true))
            .filter(Column::AskedOf.is_not_null())
            .order_by_asc(Column::Id)
    }

    /// What somebody was asked and may still say something about, by the order they were asked.
    #[must_use]
    pub fn asked_of(registration_id: Uuid, now: DateTime<Utc>) -> Select<Self> {
        Self::find()
            .filter(Column::AskedOf.eq(registration_id))
            .filter(Condition::any().add(Column::Agreed.eq(true)).add(Column::AnswerBy.gt(now)))
            .order_by_asc(Column::Id)
    }

    /// What somebody asked, the first first.
    #[must_use]
    pub fn asked_by(registration_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::AskedBy.eq(registration_id)).order_by_asc(Column::Turn)
    }
}

/// Whoever was asked is not asked any more, and nothing tells why; filtered by the caller.
#[must_use]
pub fn forgotten() -> UpdateMany<Entity> {
    let nobody = Expr::value(Value::Uuid(None));
    Entity::update_many().col_expr(Column::AskedOf, nobody).col_expr(Column::Agreed, Expr::value(false))
}

/// Those nobody said yes to in time, and those of evenings that are over: whoever was asked is
/// still known there, and no longer need be.
#[must_use]
pub fn lapsed(now: DateTime<Utc>) -> Condition {
    let silent = Column::Agreed.eq(false).and(Column::AnswerBy.lte(now));
    let over = event::Entity::find().select_only().column(event::Column::Id).filter(event::Column::ClosedAt.lte(now));
    let lapsed = Condition::any().add(silent).add(Column::EventId.in_subquery(over.into_query()));
    Condition::all().add(Column::AskedOf.is_not_null()).add(lapsed)
}

/// How often anybody asked at an event. Says nothing of what came of it.
pub async fn asked_at(db: &impl ConnectionTrait, event_id: Uuid) -> Result<u64, DbErr> {
    Entity::find().filter(Column::EventId.eq(event_id)).count(db).await
}
