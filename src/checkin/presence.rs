//! Who is inside. One row a person, moved by every admitted attempt, so that "who is here" costs
//! one look and a person can be here only once.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
use sea_orm::{ConnectionTrait, DbErr, ExprTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::badges::number::Number;
use crate::registrations::attendance;
use crate::registrations::registration::Side;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub event_id: Uuid,
    pub side: Side,
    /// The badge number; with `side`, what the person wears.
    pub number: i32,
    /// False after an exit or an undone entry.
    pub inside: bool,
    /// When the person last came in.
    pub since: DateTimeUtc,
    /// Where the person last came in.
    pub device: String,
    /// When somebody last scanned the person in or out.
    pub moved_at: DateTimeUtc,
    /// The attempt that did so: the only one that can be undone.
    pub attempt_id: Uuid,
    /// What the person was called when they first came in: what the big screen calls them.
    pub nickname: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many are inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    pub men: i64,
    pub women: i64,
}

impl Model {
    #[must_use]
    pub fn worn(&self) -> Number {
        Number { side: self.side, number: self.number }
    }
}

impl Entity {
    /// Everybody who is inside now: admitted, and neither gone nor undone.
    #[must_use]
    pub fn inside(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id)).filter(Column::Inside.eq(true))
    }
}

/// Somebody goes through the door.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub event_id: Uuid,
    pub registration_id: Uuid,
    pub worn: Number,
    pub nickname: Option<&'a str>,
    pub at: DateTimeUtc,
    pub device: &'a str,
    pub attempt_id: Uuid,
    /// Whether the house saw it itself just now: then there is no later news, whatever the clock says.
    /// A clock that was put back must not hold anybody at the door.
    pub now: bool,
}

impl Step<'_> {
    fn is_news(&self) -> SimpleExpr {
        if self.now { Expr::value(true) } else { Column::MovedAt.lte(self.at) }
    }
}

/// Lets a person in. False where they are inside already, or where later news has overtaken this.
/// One statement that judges and writes: of any number of simultaneous calls one says true.
pub async fn mark_inside(txn: &impl ConnectionTrait, step: Step<'_>) -> Result<bool, DbErr> {
    let row = ActiveModel {
        registration_id: Set(step.registration_id),
        event_id: Set(step.event_id),
        side: Set(step.worn.side),
        number: Set(step.worn.number),
        inside: Set(true),
        since: Set(step.at),
        device: Set(step.device.to_owned()),
        moved_at: Set(step.at),
        attempt_id: Set(step.attempt_id),
        nickname: Set(step.nickname.map(str::to_owned)),
    };
    let back = OnConflict::column(Column::RegistrationId)
        .update_columns([Column::Inside, Column::Since, Column::Device, Column::MovedAt, Column::AttemptId])
        .action_and_where(Column::Inside.eq(false).and(step.is_news()))
        .to_owned();
    Ok(Entity::insert(row).on_conflict(back).exec_without_returning(txn).await? == 1)
}

/// Lets a person out. False where they are not inside, or where later news has overtaken this.
pub async fn leave(txn: &impl ConnectionTrait, step: Step<'_>) -> Result<bool, DbErr> {
    let left = Entity::update_many()
        .col_expr(Column::Inside, Expr::value(false))
        .col_expr(Column::MovedAt, Expr::value(step.at))
        .col_expr(Column::AttemptId, Expr::value(step.attempt_id))
        .filter(Column::RegistrationId.eq(step.registration_id))
        .filter(Column::Inside.eq(true))
        .filter(step.is_news())
        .exec(txn)
        .await?;
    Ok(left.rows_affected == 1)
}

/// Whether a person is inside now.
pub async fn is_inside(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<bool, DbErr> {
    Ok(Entity::find_by_id(registration_id).one(db).await?.is_some_and(|presence| presence.inside))
}

/// Whether a person was ever let in, and not by a mistake that was taken back.
pub async fn came(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<bool, DbErr> {
    match Entity::find_by_id(registration_id).one(db).await? {
        Some(presence) if presence.inside => Ok(true),
        // Gone home, or never there: the log knows.
        Some(_) => Ok(attendance::Entity::find_by_id(registration_id).one(db).await?.is_some_and(|row| row.came)),
        None => Ok(false),
    }
}

/// How many are inside, by side.
pub async fn counts(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Counts, DbErr> {
    let rows: Vec<(Side, i64)> = Entity::inside(event_id)
        .select_only()
        .column(Column::Side)
        .column_as(Column::RegistrationId.count(), "people")
        .group_by(Column::Side)
        .into_tuple()
        .all(db)
        .await?;
    let of = |side| rows.iter().find(|(counted, _)| *counted == side).map_or(0, |(_, people)| *people);
    Ok(Counts { men: of(Side::Men), women: of(Side::Women) })
}
