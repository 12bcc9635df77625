//! 每日签到: once a day by the event's own calendar.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder};

use super::entrance;
use crate::app::App;
use crate::error::Error;
use crate::happening::What;
use crate::points::fold::Awarded;
use crate::points::ledger::{self, Merit};
use crate::points::rules::Rule;
use crate::registrations::access::Participant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_check_in")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    pub event_id: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A day's sign-in.
#[derive(Clone, Copy)]
pub struct SignedInToday {
    pub day: NaiveDate,
    /// False where it was done before on this day.
    pub first: bool,
    pub awarded: Awarded,
}

/// The days a person signed in, oldest first.
pub async fn days_of(db: &impl ConnectionTrait, registration_id: Uuid) -> Result<Vec<NaiveDate>, DbErr> {
    let rows = Entity::find().filter(Column::RegistrationId.eq(registration_id)).order_by_asc(Column::Day);
    Ok(rows.all(db).await?.into_iter().map(|row| row.day).collect())
}

/// Signs a participant in for today. However many hands do it at once, it counts once.
///
/// # Errors
/// What [`entrance::admit_participant`] says; 409 `ledger_frozen`.
pub async fn sign_in(app: &App, who: &Participant) -> Result<SignedInToday, Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_participant(&txn, app, who).await?;
    let (event_id, registration_id, day) = (inside.event.id, inside.registration.id, inside.today);
    let ledger = ledger::open_held(app, &txn, inside.event, inside.now).await?;
    let row = ActiveModel {
        registration_id: Set(registration_id),
        day: Set(day),
        event_id: Set(event_id),
        at: Set(inside.now),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    let first = Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await? > 0;
    let awarded = if first {
        let merit = Merit { registration_id, rule: Rule::SignIn, day, subject: "", actor_id: None, reason: None };
        ledger.award(merit).await?
    } else {
        Awarded::nothing(ledger.rules.terms(Rule::SignIn).map(|_| Rule::SignIn))
    };
    let done = SignedInToday { day, first, awarded };
    txn.commit_telling(&done).await?;
    if awarded.points != 0 {
        app.happenings.announce(event_id, What::PointsChanged);
    }
    Ok(done)
}
