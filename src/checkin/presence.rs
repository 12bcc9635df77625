//! Who is inside. One row a person, moved by every admitted attempt, so that "who is here" costs
//! one look and a person can be here only once.

use std::collections::{BTreeSet, HashMap};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, ConnectionTrait, DbErr, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt;
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

    /// The exit by which the person went; None of somebody who is inside, or whose entry was taken back.
    pub async fn exit(&self, db: &impl ConnectionTrait) -> Result<Option<attempt::Model>, DbErr> {
        let last = attempt::Entity::find_by_id(self.attempt_id).filter(attempt::Column::Kind.eq(attempt::Kind::Exit));
        last.one(db).await
    }
}

impl Entity {
    /// Everybody who is inside now: admitted, and neither gone nor undone.
    #[must_use]
    pub fn inside(event_id: Uuid) -> Select<Self> {
        Self::find().filter(Column::EventId.eq(event_id)).filter(Column::Inside.eq(true))
    }

    /// Everybody who was ever let in, and not by a mistake that was taken back: whoever is inside now, and of
    /// those who are not whom the log knows ([`came`], of all).
    #[must_use]
    pub fn who_came(event_id: Uuid) -> Select<Self> {
        let logged = attendance::Entity::find()
            .select_only()
            .column(attendance::Column::RegistrationId)
            .filter(attendance::Column::EventId.eq(event_id))
            .filter(attendance::Column::Came.eq(true));
        let logged = Column::RegistrationId.in_subquery(logged.into_query());
        let came = Condition::any().add(Column::Inside.eq(true)).add(logged);
        Self::find().filter(Column::EventId.eq(event_id)).filter(came)
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
    fn is_news(&self, there: &Model) -> bool {
        self.now || there.moved_at <= self.at
    }
}

/// Those who are at the door of an event, each held until the transaction ends, and how many are inside.
/// Steps are judged in their order; [`Doorway::write`] puts down where they led.
#[derive(Debug)]
pub struct Doorway {
    there: HashMap<Uuid, Model>,
    moved: BTreeSet<Uuid>,
    pub counts: Counts,
}

impl Doorway {
    /// The registrations are held already: whoever has no row yet cannot come in elsewhere meanwhile.
    pub async fn hold(txn: &impl ConnectionTrait, event_id: Uuid, registrations: Vec<Uuid>) -> Result<Self, DbErr> {
        let mut there = HashMap::new();
        if !registrations.is_empty() {
            let rows = Entity::find().filter(Column::RegistrationId.is_in(registrations));
            let rows = rows.order_by_asc(Column::RegistrationId).lock_exclusive().all(txn).await?;
            there.extend(rows.into_iter().map(|row| (row.registration_id, row)));
        }
        Ok(Self { there, moved: BTreeSet::new(), counts: counts(txn, event_id).await? })
    }

    /// Where somebody is; None of whoever never came.
    #[must_use]
    pub fn find(&self, registration_id: Uuid) -> Option<&Model> {
        self.there.get(&registration_id)
    }

    /// Lets a person in. False where they are inside already, or where later news has overtaken this: of any
    /// number of simultaneous calls one says true.
    pub fn mark_inside(&mut self, step: Step<'_>) -> bool {
        let id = step.registration_id;
        match self.there.get_mut(&id) {
            Some(there) if there.inside || !step.is_news(there) => return false,
            Some(there) => {
                there.inside = true;
                there.since = step.at;
                step.device.clone_into(&mut there.device);
                (there.moved_at, there.attempt_id) = (step.at, step.attempt_id);
            }
            None => {
                let row = Model {
                    registration_id: id,
                    event_id: step.event_id,
                    side: step.worn.side,
                    number: step.worn.number,
                    inside: true,
                    since: step.at,
                    device: step.device.to_owned(),
                    moved_at: step.at,
                    attempt_id: step.attempt_id,
                    nickname: step.nickname.map(str::to_owned),
                };
                self.there.insert(id, row);
            }
        }
        self.moves(id, 1);
        true
    }

    /// Lets a person out. False where they are not inside, or where later news has overtaken this.
    pub fn mark_outside(&mut self, step: Step<'_>) -> bool {
        let Some(there) = self.there.get_mut(&step.registration_id) else { return false };
        if !there.inside || !step.is_news(there) {
            return false;
        }
        there.inside = false;
        (there.moved_at, there.attempt_id) = (step.at, step.attempt_id);
        self.moves(step.registration_id, -1);
        true
    }

    fn moves(&mut self, registration_id: Uuid, by: i64) {
        self.moved.insert(registration_id);
        match self.there.get(&registration_id).map(|there| there.side) {
            Some(Side::Men) => self.counts.men += by,
            Some(Side::Women) => self.counts.women += by,
            None => {}
        }
    }

    /// Puts down who moved.
    pub async fn write(mut self, txn: &impl ConnectionTrait) -> Result<(), DbErr> {
        if self.moved.is_empty() {
            return Ok(());
        }
        let rows = self.moved.iter().filter_map(|id| self.there.remove(id)).map(IntoActiveModel::into_active_model);
        let again = OnConflict::column(Column::RegistrationId)
            .update_columns([Column::Inside, Column::Since, Column::Device, Column::MovedAt, Column::AttemptId])
            .to_owned();
        Entity::insert_many(rows).on_conflict(again).exec_without_returning(txn).await.map(drop)
    }
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
