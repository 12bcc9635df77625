//! One deed.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ConnectionTrait};

use crate::app::App;
use crate::error::Fault;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    /// None: the house itself, by the clock.
    pub actor_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    pub event_id: Option<Uuid>,
    pub action: String,
    pub subject_kind: Option<String>,
    pub subject_id: Option<Uuid>,
    pub reason: Option<String>,
    pub detail: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A deed to be recorded.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// None: the house itself, by the clock.
    pub actor: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    pub event_id: Option<Uuid>,
    pub action: &'static str,
    pub subject: Option<(&'static str, Uuid)>,
    pub reason: Option<&'a str>,
    pub detail: Json,
}

/// Records a deed in the transaction that does it.
pub async fn record(txn: &impl ConnectionTrait, app: &App, entry: Entry<'_>) -> Result<(), Fault> {
    let row = ActiveModel {
        id: Set(app.new_id()),
        at: Set(app.now()),
        actor_id: Set(entry.actor),
        organization_id: Set(entry.organization_id),
        event_id: Set(entry.event_id),
        action: Set(entry.action.to_owned()),
        subject_kind: Set(entry.subject.map(|(kind, _)| kind.to_owned())),
        subject_id: Set(entry.subject.map(|(_, id)| id)),
        reason: Set(entry.reason.map(str::to_owned)),
        detail: Set(entry.detail),
    };
    row.insert(txn).await?;
    Ok(())
}
