//! One step of the evening on the screen. Steps are never deleted: one that was undone says when.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder};

use super::cue::Cue;
use super::refusals::STAGE_MOVED;
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::access::Host;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stage_step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// Counts from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// A [`Cue`].
    pub shows: Json,
    /// The couple this step put aside for later.
    pub aside: Option<Uuid>,
    pub taken_by: Uuid,
    pub taken_at: DateTimeUtc,
    pub undone_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What has been done on the screen, in order.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    all: Vec<Model>,
}

impl Model {
    #[must_use]
    pub fn cue(&self) -> Cue {
        serde_json::from_value(self.shows.clone()).unwrap_or(Cue::Blank)
    }
}

impl Steps {
    pub async fn of(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Self, DbErr> {
        let all = Entity::find().filter(Column::EventId.eq(event_id)).order_by_asc(Column::Number);
        Ok(Self { all: all.all(db).await? })
    }

    /// Rises with every step and with every undo, so that two consoles do not act on what only one
    /// of them sees.
    #[must_use]
    pub fn moves(&self) -> i32 {
        let moves = self.all.len() + self.all.iter().filter(|step| step.undone_at.is_some()).count();
        i32::try_from(moves).unwrap_or(i32::MAX)
    }

    /// Those that hold.
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = &Model> {
        self.all.iter().filter(|step| step.undone_at.is_none())
    }

    /// What the screen shows.
    #[must_use]
    pub fn current_cue(&self) -> Cue {
        self.standing().next_back().map(Model::cue).unwrap_or_default()
    }

    /// Whether the night is there by itself, and taking it back shows again what was shown before. Where
    /// a couple was set aside with it, it is not.
    #[must_use]
    pub fn is_dark(&self) -> bool {
        self.standing().next_back().is_some_and(|last| last.cue() == Cue::Blank && last.aside.is_none())
    }

    /// # Errors
    /// 409 `stage_moved` where somebody else has acted since.
    pub fn stand_at(&self, from: i32) -> Result<(), Error> {
        if self.moves() == from { Ok(()) } else { Err(STAGE_MOVED.with("moves", self.moves()).into()) }
    }

    /// Takes the next step.
    pub async fn take(
        &self,
        txn: &impl ConnectionTrait,
        app: &App,
        host: &Host,
        cue: Cue,
        aside: Option<Uuid>,
    ) -> Result<(), Fault> {
        let row = ActiveModel {
            event_id: Set(host.event.id),
            number: Set(self.all.last().map_or(1, |last| last.number + 1)),
            shows: Set(serde_json::to_value(cue).map_err(Fault::of)?),
            aside: Set(aside),
            taken_by: Set(host.account.account_id),
            taken_at: Set(app.now()),
            undone_at: Set(None),
        };
        Entity::insert(row).exec_without_returning(txn).await?;
        Ok(())
    }
}
