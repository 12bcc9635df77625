//! What anybody may read alike, made once for all who ask: read at most once a second, written and compressed
//! where it came out differently, and sent to whoever does not have it yet.
//!
//! A snapshot is shown for a second by the house's clock, not past a moment at which it changes by itself, and
//! not once this process has heard that it changed ([`Happenings::revision`](crate::happening::Happenings)).
//! What it is made of is read for nobody in particular, so that nothing of whoever asks can be in it.

mod face;
mod shelf;

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Fault};
use crate::language::Language;
use face::Faces;

pub use shelf::Shelf;

/// Nobody is shown an older one.
const OLDEST: TimeDelta = TimeDelta::seconds(1);

/// What was read at one moment, and the answers made of it.
pub struct Snapshot<T> {
    pub content: T,
    /// The event it is about; None where it is about all of them.
    pub event: Option<Uuid>,
    /// When it was read, by the house's clock.
    pub at: DateTime<Utc>,
    until: DateTime<Utc>,
    revision: u64,
    faces: Mutex<Faces>,
}

impl<T> Snapshot<T> {
    /// # Arguments
    /// `revision`: of the same event, taken before anything was read.
    /// `turns`: when something about it changes by the clock.
    #[must_use]
    pub fn of(
        content: T,
        event: Option<Uuid>,
        revision: u64,
        at: DateTime<Utc>,
        turns: impl IntoIterator<Item = DateTime<Utc>>,
    ) -> Self {
        let turn = turns.into_iter().filter(|turn| *turn > at).min();
        let until = turn.map_or(at + OLDEST, |turn| turn.min(at + OLDEST));
        Self { content, event, at, until, revision, faces: Mutex::default() }
    }

    fn is_current(&self, app: &App) -> bool {
        // Where the clock was put back behind it nobody knows how old it is.
        (self.at..self.until).contains(&app.now()) && app.happenings.revision(self.event) == self.revision
    }

    /// Looks like the one before where it says the same.
    fn follow(&self, former: &Self) {
        *self.faces() = Faces::after(&former.faces());
    }

    fn faces(&self) -> MutexGuard<'_, Faces> {
        self.faces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers with one of its faces, written where nobody has asked for it yet.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn answer(
        &self,
        request: &HttpRequest,
        kind: &'static str,
        language: Language,
        write: impl FnOnce(&Self) -> Result<String, Fault>,
    ) -> Result<HttpResponse, Error> {
        let face = self.faces().face(kind, language, || write(self))?;
        Ok(face.answer(request))
    }
}
