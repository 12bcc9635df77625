//! Who works on one evening.

use futures_util::TryFutureExt;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event;
use crate::app::App;
use crate::error::Fault;
use crate::organizations::staff::{self, Standing};
use crate::remembered::table::Part;
use crate::remembered::{Memory, Table};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "crew")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub event_id: Uuid,
    pub account_id: Uuid,
    pub role: Role,
    pub granted_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[schema(as = CrewRole)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 签到员: admits people; may not browse them.
    Desk,
    /// 主持人: steps through the programme.
    Host,
    /// 鹊桥志愿者: looks after couples that asked for it.
    Volunteer,
}

/// What a person may do at an event: as an organizer of its union everything that any role may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    pub organizer: bool,
    /// Of the evening.
    pub roles: Vec<Role>,
}

impl Rights {
    /// Those of a person, without the union's own where they lack the second factor it demands.
    pub async fn of(db: &impl ConnectionTrait, account_id: Uuid, event: &event::Model) -> Result<Self, Fault> {
        let organizer = staff::organizes(db, account_id, event.organization_id).await?;
        Ok(Self { organizer, roles: roles(db, account_id, event.id).await? })
    }

    /// As [`Rights::of`], as the house remembers them.
    pub async fn remembered(app: &App, account_id: Uuid, event: &event::Model) -> Result<Self, DbErr> {
        let standing = Standing::of(app, account_id, event.organization_id).await?;
        Ok(Self { organizer: standing == Standing::Organizer, roles: find_roles(app, account_id, event.id).await? })
    }

    /// Whether they may do what this role may.
    #[must_use]
    pub fn allow(&self, role: Role) -> bool {
        self.organizer || self.roles.contains(&role)
    }

    /// Whether they may do anything.
    #[must_use]
    pub fn any(&self) -> bool {
        self.organizer || !self.roles.is_empty()
    }
}

/// The roles a person has on an evening.
pub async fn roles(db: &impl ConnectionTrait, account_id: Uuid, event_id: Uuid) -> Result<Vec<Role>, DbErr> {
    let grants = Entity::find().filter(Column::AccountId.eq(account_id)).filter(Column::EventId.eq(event_id));
    Ok(grants.all(db).await?.into_iter().map(|grant| grant.role).collect())
}

/// By account and event.
type Known = Memory<(Uuid, Uuid), Vec<Role>>;

/// As [`roles`], where they are remembered and still true.
#[must_use]
pub fn recall_roles(app: &App, account_id: Uuid, event_id: Uuid) -> Option<Vec<Role>> {
    app.extensions.get_or_default::<Known>().recall(app.database.changes(), &(account_id, event_id))
}

/// As [`roles`], remembered or asked.
pub async fn find_roles(app: &App, account_id: Uuid, event_id: Uuid) -> Result<Vec<Role>, DbErr> {
    let (known, whose) = (app.extensions.get_or_default::<Known>(), (account_id, event_id));
    let question = roles(app.database.reader(), account_id, event_id).map_ok(Some);
    let found = known.recall_or_ask(app.database.changes(), whose, question, |_| [Part::All(Table::Crew)]).await?;
    Ok(found.unwrap_or_default())
}

/// Whoever has a role on an evening.
pub async fn in_role(db: &impl ConnectionTrait, event_id: Uuid, role: Role) -> Result<Vec<Uuid>, DbErr> {
    let grants = Entity::find().filter(Column::EventId.eq(event_id)).filter(Column::Role.eq(role));
    Ok(grants.all(db).await?.into_iter().map(|grant| grant.account_id).collect())
}

/// The events at which a person has a role.
pub async fn events_of(db: &impl ConnectionTrait, account_id: Uuid, role: Role) -> Result<Vec<event::Model>, DbErr> {
    let grants = Entity::find().filter(Column::AccountId.eq(account_id)).filter(Column::Role.eq(role));
    let ids = grants.all(db).await?.into_iter().map(|grant| grant.event_id);
    event::Entity::find().filter(event::Column::Id.is_in(ids)).all(db).await
}
