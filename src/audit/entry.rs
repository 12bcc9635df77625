//! One deed.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ConnectionTrait};

use super::Deed;
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

/// A deed to be recorded: `by.records(Deed::QuizAsked).about("quiz", quiz.id).record(&txn, app).await?`.
#[must_use]
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    pub(super) deed: Deed,
    /// None: the house itself, by the clock.
    pub(super) actor: Option<Uuid>,
    pub(super) organization_id: Option<Uuid>,
    pub(super) event_id: Option<Uuid>,
    pub(super) subject: Option<(&'static str, Uuid)>,
    pub(super) reason: Option<&'a str>,
    pub(super) detail: Json,
}

impl<'a> Entry<'a> {
    /// In this union.
    pub fn of_union(self, organization: Uuid) -> Self {
        Self { organization_id: Some(organization), ..self }
    }

    /// At this event of the union.
    pub fn at(self, organization: Uuid, event: Uuid) -> Self {
        Self { organization_id: Some(organization), event_id: Some(event), ..self }
    }

    /// At this event, where it is of one.
    pub fn of_event(self, event: Option<Uuid>) -> Self {
        Self { event_id: event, ..self }
    }

    /// What was done to, by table and id.
    pub fn about(self, kind: &'static str, id: Uuid) -> Self {
        Self { subject: Some((kind, id)), ..self }
    }

    /// Why, in the words of whoever did it, where they said.
    pub fn because<'b>(self, reason: impl Into<Option<&'b str>>) -> Entry<'b>
    where
        'a: 'b,
    {
        Entry { reason: reason.into(), ..self }
    }

    /// What else belongs to it; nothing personal.
    pub fn with(self, detail: Json) -> Self {
        Self { detail, ..self }
    }

    /// Puts it on record in the transaction that does it.
    pub async fn record(self, txn: &impl ConnectionTrait, app: &App) -> Result<(), Fault> {
        let row = ActiveModel {
            id: Set(app.new_id()),
            at: Set(app.now()),
            actor_id: Set(self.actor),
            organization_id: Set(self.organization_id),
            event_id: Set(self.event_id),
            action: Set(self.deed.name()),
            subject_kind: Set(self.subject.map(|(kind, _)| kind.to_owned())),
            subject_id: Set(self.subject.map(|(_, id)| id)),
            reason: Set(self.reason.map(str::to_owned)),
            detail: Set(self.detail),
        };
        row.insert(txn).await?;
        Ok(())
    }
}
