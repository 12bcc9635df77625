//! The units of a union as its staff reads them: how many people each has confirmed, never who.

use std::collections::HashMap;

use sea_orm::sea_query::LikeExpr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{roster_entry, unit, unit_contact};
use crate::error::{Error, Fault};
use crate::paging::{Page, Paging};

/// A unit with what its union may know of it.
#[derive(Debug, Clone)]
pub struct Overview {
    pub unit: unit::Model,
    /// People its roster lists.
    pub heads: i64,
    /// People who speak for it.
    pub contacts: i64,
}

#[derive(FromQueryResult)]
struct Counted {
    unit_id: Uuid,
    count: i64,
}

/// Units of a union whose name holds `typed`, in the order they were taken in.
///
/// # Errors
/// 422 for a limit or a cursor that is none.
pub async fn page(
    db: &impl ConnectionTrait,
    union: Uuid,
    typed: &str,
    paging: &Paging,
) -> Result<Page<Overview>, Error> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut units =
        unit::Entity::find().filter(unit::Column::OrganizationId.eq(union)).filter(unit::Column::TypedAt.is_null());
    let folded: String = unit::folded(typed)
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c]))
        .collect();
    if !folded.is_empty() {
        units = units.filter(unit::Column::NameFolded.like(LikeExpr::new(format!("%{folded}%")).escape('!')));
    }
    if let Some(after) = after {
        units = units.filter(unit::Column::Id.gt(after));
    }
    let units = units.order_by_asc(unit::Column::Id).limit(limit + 1).all(db).await?;
    let ids: Vec<Uuid> = units.iter().map(|unit| unit.id).collect();
    let (heads, contacts) = counts(db, ids).await?;
    let overview = |unit: unit::Model| Overview {
        heads: heads.get(&unit.id).copied().unwrap_or_default(),
        contacts: contacts.get(&unit.id).copied().unwrap_or_default(),
        unit,
    };
    Ok(Page::of(units, limit, |unit| unit.id, overview))
}

/// The units a person speaks for.
pub async fn spoken_for(db: &impl ConnectionTrait, account: Uuid) -> Result<Vec<Overview>, Fault> {
    let grants = unit_contact::Entity::find().filter(unit_contact::Column::AccountId.eq(account)).all(db).await?;
    let ids: Vec<Uuid> = grants.iter().map(|grant| grant.unit_id).collect();
    let units = unit::Entity::find().filter(unit::Column::Id.is_in(ids.iter().copied()));
    let units = units.order_by_asc(unit::Column::Id).all(db).await?;
    let (heads, _) = counts(db, ids).await?;
    let heads_of = |id| heads.get(&id).copied().unwrap_or_default();
    Ok(units.into_iter().map(|unit| Overview { heads: heads_of(unit.id), contacts: 0, unit }).collect())
}

type Counts = HashMap<Uuid, i64>;

async fn counts(db: &impl ConnectionTrait, units: Vec<Uuid>) -> Result<(Counts, Counts), Fault> {
    let heads = roster_entry::Entity::find()
        .filter(roster_entry::Column::UnitId.is_in(units.iter().copied()))
        .select_only()
        .column(roster_entry::Column::UnitId)
        .column_as(roster_entry::Column::Id.count(), "count")
        .group_by(roster_entry::Column::UnitId);
    let contacts = unit_contact::Entity::find()
        .filter(unit_contact::Column::UnitId.is_in(units))
        .select_only()
        .column(unit_contact::Column::UnitId)
        .column_as(unit_contact::Column::Id.count(), "count")
        .group_by(unit_contact::Column::UnitId);
    let by_unit = |counted: Vec<Counted>| counted.into_iter().map(|row| (row.unit_id, row.count)).collect();
    let heads = by_unit(heads.into_model::<Counted>().all(db).await?);
    Ok((heads, by_unit(contacts.into_model::<Counted>().all(db).await?)))
}
