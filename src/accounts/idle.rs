//! A session nobody uses ends. That it was used is remembered here and written down at the next round
//! at the latest, many in one, and for each once in a few minutes: who reads does not wait for a
//! writer. While nobody is sure what time it is, nothing ends and nothing is written down.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::session;
use super::session::Use;
use crate::app::App;
use crate::error::Error;

/// How exactly the last use is known.
const NOTED: TimeDelta = TimeDelta::minutes(5);

/// Sessions that were used and are to be noted.
#[derive(Default)]
struct Used(Mutex<HashSet<Uuid>>);

impl Used {
    fn with<T>(app: &App, change: impl FnOnce(&mut HashSet<Uuid>) -> T) -> T {
        change(&mut app.extensions.get_or_default::<Self>().0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether what was used last at this time has ended since.
#[must_use]
pub fn is_over(app: &App, last: DateTime<Utc>, administrator: bool) -> bool {
    let security = &app.settings.security;
    let hours = if administrator { security.administrator_idle_hours } else { security.idle_hours };
    app.now() - last > TimeDelta::hours(hours.into()) && app.clock.is_sure()
}

/// Whether a session has ended because nobody used it.
#[must_use]
pub fn has_ended(app: &App, session: Use, administrator: bool) -> bool {
    is_over(app, session.used_at, administrator) && !Used::with(app, |used| used.contains(&session.id))
}

/// A session is used.
pub fn note(app: &App, session: Use) {
    if app.now() - session.used_at >= NOTED {
        Used::with(app, |used| used.insert(session.id));
    }
}

/// Writes down which sessions were used.
///
/// # Errors
/// Only faults; what was not written down is with the next round.
pub async fn due(app: &App) -> Result<(), Error> {
    let used = Used::with(app, |used| used.clone());
    if used.is_empty() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    let note = session::Entity::update_many().col_expr(session::Column::SeenAt, Expr::value(app.now()));
    note.filter(session::Column::Id.is_in(used.iter().copied())).exec(&txn).await?;
    txn.commit().await?;
    Used::with(app, |all| all.retain(|id| !used.contains(id)));
    Ok(())
}
