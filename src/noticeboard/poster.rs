//! 扫码加入: what a poster's QR leads to, for the whole event or for one employer, whose people find it filled in. The
//! address carries the employer's public id and nothing else.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::event;
use crate::paging::{Page, Paging};
use crate::units::unit;

/// Where the QR of a poster leads; of the event itself where no employer is named.
#[must_use]
pub fn link(app: &App, event: &event::Model, unit: Option<Uuid>) -> String {
    app.public_url(&path(event, unit))
}

#[must_use]
pub fn path(event: &event::Model, unit: Option<Uuid>) -> String {
    match unit {
        Some(unit) => format!("/e/{}/join/{unit}", event.slug),
        None => format!("/e/{}", event.slug),
    }
}

/// An employer the event's union knows.
///
/// # Errors
/// 404 where it is another union's, or one nobody has looked at yet.
pub async fn find_unit(app: &App, event: &event::Model, id: Uuid) -> Result<unit::Model, Error> {
    let found = unit::find(app, id).await?.filter(|unit| unit.organization_id == event.organization_id);
    found.filter(|unit| unit.typed_at.is_none()).ok_or_else(|| Refused::not_found().into())
}

/// The employers there are posters for, as they were entered.
///
/// # Errors
/// 422 for a bad page.
pub async fn units(
    db: &impl ConnectionTrait,
    event: &event::Model,
    paging: &Paging,
) -> Result<Page<unit::Model>, Error> {
    let mut rows = unit::Entity::find()
        .filter(unit::Column::OrganizationId.eq(event.organization_id))
        .filter(unit::Column::TypedAt.is_null());
    if let Some(after) = paging.after()? {
        rows = rows.filter(unit::Column::Id.gt(after));
    }
    let limit = paging.limit()?;
    let found: Result<Vec<unit::Model>, DbErr> = rows.order_by_asc(unit::Column::Id).limit(limit + 1).all(db).await;
    Ok(Page::of(found?, limit, |row| row.id, |row| row))
}
