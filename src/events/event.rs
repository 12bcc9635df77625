//! One edition.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::kind::Kind;
use super::phase::Phase;
use super::refusals::PHASE_CLOSED;
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::language::Language;
use crate::remembered::table::Part;
use crate::remembered::{Memory, Table};

/// The largest event there is: beyond it the evening is several events.
pub const MOST_SEATS: i32 = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub series_id: Option<Uuid>,
    #[sea_orm(unique)]
    pub slug: String,
    pub title: String,
    pub title_en: Option<String>,
    pub summary: String,
    pub venue: String,
    /// An IANA name such as `Asia/Shanghai`: the calendar people live by.
    pub timezone: String,
    pub template: Kind,
    pub sides: Sides,
    pub seats: i32,
    /// The evening itself.
    pub starts_at: DateTimeUtc,
    pub ends_at: DateTimeUtc,
    pub registration_at: Option<DateTimeUtc>,
    pub online_at: Option<DateTimeUtc>,
    pub screening_at: Option<DateTimeUtc>,
    pub confirmation_at: Option<DateTimeUtc>,
    pub on_site_at: Option<DateTimeUtc>,
    pub closed_at: Option<DateTimeUtc>,
    /// What the rooms are told for this event: `points`, `screening`, `dates`, `picks`, …, each
    /// read and judged by its own room.
    pub settings: Json,
    pub created_at: DateTimeUtc,
    /// Until then the event is its union's own business, whatever the clock says.
    pub published_at: Option<DateTimeUtc>,
    /// How often it was put off: what entries in calendars count by.
    pub moved: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Who may meet whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Men meet women.
    Two,
    /// Anybody may meet anybody.
    Open,
}

impl Model {
    /// When a phase begins; None where nobody has said so yet.
    #[must_use]
    pub fn boundary(&self, phase: Phase) -> Option<DateTime<Utc>> {
        match phase {
            Phase::Draft => None,
            Phase::Registration => self.registration_at,
            Phase::Online => self.online_at,
            Phase::Screening => self.screening_at,
            Phase::Confirmation => self.confirmation_at,
            Phase::OnSite => self.on_site_at,
            Phase::Closed => self.closed_at,
        }
    }

    /// Where the event stands: the last phase whose boundary has passed. What is not published is a
    /// draft, and so is what is announced and has not opened yet.
    #[must_use]
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        if !self.is_published(now) {
            return Phase::Draft;
        }
        Phase::SCHEDULED
            .into_iter()
            .rfind(|phase| self.boundary(*phase).is_some_and(|begins| begins <= now))
            .unwrap_or(Phase::Draft)
    }

    /// Whether it was closed before its evening began: then nobody stayed away from it.
    #[must_use]
    pub fn was_called_off(&self) -> bool {
        self.closed_at.is_some_and(|closed| closed < self.starts_at)
    }

    /// Whether anybody may see it.
    #[must_use]
    pub fn is_published(&self, now: DateTime<Utc>) -> bool {
        self.published_at.is_some_and(|published| published <= now)
    }

    /// Refuses what does not belong into the present phase.
    ///
    /// # Errors
    /// 409 `phase_closed`, with the present phase and the one it takes.
    pub fn requires(&self, now: DateTime<Utc>, phase: Phase) -> Result<(), Error> {
        self.requires_one_of(now, &[phase])
    }

    /// As [`Model::requires`], where more than one phase will do.
    ///
    /// # Errors
    /// 409 `phase_closed`.
    pub fn requires_one_of(&self, now: DateTime<Utc>, phases: &[Phase]) -> Result<(), Error> {
        let present = self.phase(now);
        if phases.contains(&present) {
            return Ok(());
        }
        Err(PHASE_CLOSED.with("phase", json!(present)).with("takes", json!(phases)).into())
    }

    /// The event's calendar; Shanghai where the stored name is none.
    #[must_use]
    pub fn zone(&self) -> chrono_tz::Tz {
        zone_named(&self.timezone)
    }

    /// What it is called in a language; in Chinese where it has no other name.
    #[must_use]
    pub fn titled(&self, language: Language) -> &str {
        language.name(&self.title, self.title_en.as_deref())
    }

    /// The calendar day of a moment where the event is held.
    #[must_use]
    pub fn day(&self, moment: DateTime<Utc>) -> NaiveDate {
        moment.with_timezone(&self.zone()).date_naive()
    }

    /// What a room is told for this event, as the room reads it; None where nothing was said. `path` leads to it:
    /// `dates`, `stage.confessions`.
    ///
    /// # Errors
    /// Where it does not read: people were promised something, and a default would be a guess at it.
    pub fn part<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, Fault> {
        let mut value = &self.settings;
        for name in path.split('.') {
            let members = value.as_object().ok_or_else(|| self.unreadable(path, "not an object"))?;
            match members.get(name) {
                None | Some(Json::Null) => return Ok(None),
                Some(member) => value = member,
            }
        }
        T::deserialize(value).map(Some).map_err(|why| self.unreadable(path, why))
    }

    /// Whether anything is said there, whoever can read it.
    #[must_use]
    pub fn tells(&self, path: &str) -> bool {
        self.part::<IgnoredAny>(path).is_ok_and(|value| value.is_some())
    }

    /// The settings with other terms for one room.
    ///
    /// # Errors
    /// Where there is nothing to write them into.
    pub fn with_part(&self, room: &str, terms: &impl Serialize) -> Result<Json, Fault> {
        let mut settings = self.settings.clone();
        let members = settings.as_object_mut().ok_or_else(|| self.unreadable(room, "not an object"))?;
        members.insert(room.to_owned(), serde_json::to_value(terms).map_err(Fault::of)?);
        Ok(settings)
    }

    fn unreadable(&self, path: &str, why: impl std::fmt::Display) -> Fault {
        anyhow::anyhow!("event {}: what its settings say of `{path}` does not read: {why}", self.id).into()
    }
}

/// The calendar with this IANA name; Shanghai's where it is none.
#[must_use]
pub fn zone_named(name: &str) -> chrono_tz::Tz {
    name.parse().unwrap_or(chrono_tz::Asia::Shanghai)
}

/// Of many events, one that faults keeps nobody from the others: it is left out, and the log says which and why.
#[must_use]
pub fn leave_out_faulty<T>(event_id: Uuid, of_event: Result<T, impl std::fmt::Debug>) -> Option<T> {
    of_event.inspect_err(|fault| tracing::error!(event = %event_id, ?fault, "an event is left out")).ok()
}

/// The event with this slug, whoever asks.
pub async fn by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Slug.eq(slug)).one(db).await
}

/// By their slugs.
type Known = Memory<String, Model>;

/// As [`find_by_slug`], where it is remembered and still true.
#[must_use]
pub fn recall(app: &App, slug: &str) -> Option<Model> {
    app.extensions.get_or_default::<Known>().recall(app.database.changes(), slug)
}

/// As [`by_slug`], remembered or asked.
pub async fn find_by_slug(app: &App, slug: &str) -> Result<Option<Model>, DbErr> {
    let (known, question) = (app.extensions.get_or_default::<Known>(), by_slug(app.database.reader(), slug));
    known.recall_or_ask(app.database.changes(), slug.to_owned(), question, |_| [Part::All(Table::Event)]).await
}

/// How many events the front page shows, of those to come and of those that were.
const SHOWN: (u64, u64) = (60, 12);

/// What is announced: events to come, the nearest first, and those that are over, the latest first.
pub async fn announced(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(Vec<Model>, Vec<Model>), DbErr> {
    let published = || Entity::find().filter(Column::PublishedAt.lte(now));
    // The one without an end by the clock is not over: SQL's comparison with nothing is not true.
    let over = Column::ClosedAt.lte(now);
    let ahead = Condition::any().add(Column::ClosedAt.is_null()).add(Column::ClosedAt.gt(now));
    let ahead = published().filter(ahead).order_by_asc(Column::StartsAt).limit(SHOWN.0).all(db).await?;
    let past = published().filter(over).order_by_desc(Column::StartsAt).limit(SHOWN.1).all(db).await?;
    Ok((ahead, past))
}

/// Holds the event row for as long as the transaction lasts, against everybody else who would.
///
/// # Errors
/// 404 where it is gone.
pub async fn hold(txn: &impl ConnectionTrait, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).lock_exclusive().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}

/// Holds the event row against changes while others may hold it likewise.
///
/// # Errors
/// 404 where it is gone.
pub async fn hold_shared(txn: &impl ConnectionTrait, id: Uuid) -> Result<Model, Error> {
    let held = Entity::find_by_id(id).lock_shared().one(txn).await?;
    held.ok_or_else(|| Refused::not_found().into())
}
