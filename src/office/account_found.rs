//! An account as an administrator sees it who was told its address: what it may do, and whether it is locked.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::account;
use crate::accounts::account_lock::{self, Reason};
use crate::accounts::address::MailAddress;
use crate::accounts::second_factor::factor;
use crate::app::App;
use crate::audit::Deed;
use crate::error::{Error, Fault, Refused};
use crate::events::{crew, event};
use crate::organizations::access::Administrator;
use crate::organizations::organization;

#[derive(Debug, Serialize, ToSchema)]
pub struct FoundAccount {
    pub id: Uuid,
    /// What colleagues call them.
    pub name: Option<String>,
    pub administrator: bool,
    pub created_at: DateTime<Utc>,
    pub second_factor: bool,
    pub locked: Option<Locked>,
    /// The unions they work for.
    pub unions: Vec<WorksFor>,
    /// What they do at events.
    pub crew: Vec<WorksAt>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountLocked)]
pub struct Locked {
    pub reason: Reason,
    pub since: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorksForUnion)]
pub struct WorksFor {
    /// Its slug.
    pub organization: String,
    pub name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorksAtEvent)]
pub struct WorksAt {
    /// Its slug.
    pub event: String,
    pub title: String,
    pub role: crew::Role,
}

/// Looks an account up by its exact address, on record: there is no list of accounts.
///
/// # Errors
/// 404 where the address has none.
pub async fn look_up(app: &App, by: &Administrator, address: &MailAddress) -> Result<FoundAccount, Error> {
    let txn = app.database.begin_write().await?;
    let found = account::Entity::of_email(&app.secrets, address.as_str()).one(&txn).await?;
    let found = found.ok_or_else(Refused::not_found)?;
    Deed::AccountLookedUp.by(by.0.account_id).about("account", found.id).record(&txn, app).await?;
    let read = read(&txn, app, found).await?;
    txn.commit().await?;
    Ok(read)
}

/// One that was looked up before.
///
/// # Errors
/// 404 where it is gone.
pub async fn find(db: &impl ConnectionTrait, app: &App, id: Uuid) -> Result<FoundAccount, Error> {
    let found = account::find(db, id).await?.ok_or_else(Refused::not_found)?;
    Ok(read(db, app, found).await?)
}

async fn read(db: &impl ConnectionTrait, app: &App, found: account::Model) -> Result<FoundAccount, Fault> {
    let locked = account_lock::Entity::find_by_id(found.id).one(db).await?;
    let unions = organization::of_staff(db, found.id).await?;
    let crews = crew::Entity::find().filter(crew::Column::AccountId.eq(found.id)).order_by_asc(crew::Column::Id);
    let crews = crews.all(db).await?;
    let events = event::Entity::find().filter(event::Column::Id.is_in(crews.iter().map(|row| row.event_id)));
    let events: HashMap<Uuid, event::Model> =
        events.all(db).await?.into_iter().map(|event| (event.id, event)).collect();
    let works_at = |row: &crew::Model| {
        let event = events.get(&row.event_id)?;
        Some(WorksAt { event: event.slug.clone(), title: event.title.clone(), role: row.role })
    };
    Ok(FoundAccount {
        id: found.id,
        administrator: found.is_administrator(app),
        created_at: found.created_at,
        second_factor: factor::is_on(db, found.id).await?,
        locked: locked.map(|row| Locked { reason: row.reason, since: row.since }),
        unions: unions.into_iter().map(|union| WorksFor { organization: union.slug, name: union.name }).collect(),
        crew: crews.iter().filter_map(works_at).collect(),
        name: found.name,
    })
}
