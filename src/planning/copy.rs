//! An organizer draws up the next edition after one that was held: everything of it but its people and its dates.

use chrono::{DateTime, Duration, TimeZone, Utc};
use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, TryIntoModel,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::postponement::later;
use super::template::Template;
use crate::app::App;
use crate::audit::Deed;
use crate::body::{one_line_or_none, slug_rule};
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::events::refusals::SLUG_TAKEN;
use crate::events::schedule::Schedule;
use crate::events::{event, host};
use crate::folding;
use crate::happening::What;
use crate::plaza::quiz;

/// How the copy is called.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyWish {
    #[garde(custom(slug_rule))]
    pub slug: String,
    /// Left out, it is called as the event that is copied.
    #[garde(custom(one_line_or_none(1, 80)))]
    pub title: Option<String>,
}

/// Nobody plans a mixer for tomorrow: a copy begins this long from now at the earliest.
const NOTICE: Duration = Duration::days(7);

/// Draws up a draft like an event, some whole weeks later: on its weekday, at its hour.
///
/// # Errors
/// 409 `slug_taken`.
pub async fn copy(app: &App, by: &Organizer, wish: CopyWish) -> Result<event::Model, Error> {
    let txn = app.database.begin_write().await?;
    let event = event::hold_shared(&txn, by.event.id).await?;
    let copy = copied(app, &event, &wish)?;
    let row = copy.clone().into_active_model().reset_all();
    let unique = OnConflict::column(event::Column::Slug).do_nothing().to_owned();
    if event::Entity::insert(row).on_conflict(unique).exec_without_returning(&txn).await? == 0 {
        return Err(SLUG_TAKEN.on("slug").into());
    }
    host::replace(&txn, app, copy.id, &host::of_event(&txn, event.id).await?).await?;
    copy_quizzes(&txn, app, by, (&event, &copy)).await?;
    Deed::EventCopied
        .by(by.account.account_id)
        .at(copy.organization_id, copy.id)
        .about("event", copy.id)
        .with(json!({ "copied": event.slug }))
        .record(&txn, app)
        .await?;
    txn.commit().await?;
    app.happenings.announce(copy.id, What::EventChanged);
    Ok(copy)
}

fn copied(app: &App, event: &event::Model, wish: &CopyWish) -> Result<event::Model, Fault> {
    let (now, zone) = (app.now(), event.zone());
    let weeks = weeks_on(event, now);
    let moved = |at: DateTime<Utc>| {
        let local = at.with_timezone(&zone).naive_local() + weeks;
        zone.from_local_datetime(&local).earliest().map_or(at + weeks, |at| at.with_timezone(&Utc))
    };
    let (starts_at, ends_at) = (moved(event.starts_at), moved(event.ends_at));
    let mut schedule = Schedule::new(starts_at, ends_at);
    for (phase, begins) in Schedule::of(event).iter() {
        schedule.set(phase, begins.map(moved));
    }
    // What was moved by hand, or called off, is no example.
    if !schedule.faults(now, |_| String::new()).is_empty() {
        schedule = Template::of(event.template)?.schedule(starts_at, ends_at, zone, now);
    }
    let boards = later(event.part("boards")?.unwrap_or_default(), starts_at - event.starts_at);
    let settings = if boards.is_empty() { event.settings.clone() } else { event.with_part("boards", &boards)? };
    let mut row = event.clone().into_active_model();
    schedule.write(&mut row);
    row.id = Set(app.new_id());
    row.slug = Set(wish.slug.clone());
    row.title = Set(wish.title.as_deref().map_or_else(|| event.title.clone(), folding::line));
    row.title_en = Set(event.title_en.clone().filter(|_| wish.title.is_none()));
    row.settings = Set(settings);
    row.created_at = Set(now);
    row.published_at = Set(None);
    row.moved = Set(0);
    row.try_into_model().map_err(Fault::of)
}

/// The fewest weeks after which all of it is still ahead.
fn weeks_on(event: &event::Model, now: DateTime<Utc>) -> Duration {
    let first = Schedule::of(event).iter().find_map(|(_, begins)| begins).unwrap_or(event.starts_at);
    let gone = (now + NOTICE - first.min(event.starts_at)).max(Duration::zero());
    Duration::weeks(gone.num_weeks() + 1)
}

/// The questions that were asked, as long before or after the evening.
async fn copy_quizzes(
    txn: &impl ConnectionTrait,
    app: &App,
    by: &Organizer,
    (event, copy): (&event::Model, &event::Model),
) -> Result<(), Fault> {
    let on = copy.starts_at - event.starts_at;
    let quizzes = quiz::Entity::find().filter(quiz::Column::EventId.eq(event.id)).all(txn).await?;
    let rows = quizzes.into_iter().map(|quiz| {
        let quiz = quiz::Model {
            id: app.new_id(),
            event_id: copy.id,
            opens_at: quiz.opens_at + on,
            closes_at: quiz.closes_at + on,
            created_by: by.account.account_id,
            created_at: app.now(),
            ..quiz
        };
        quiz.into_active_model().reset_all()
    });
    quiz::Entity::insert_many(rows).exec_without_returning(txn).await?;
    Ok(())
}
