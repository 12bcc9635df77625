//! What an administrator sees of the letters. What they say is shown only where keeping them is
//! their delivery: where they go out by mail they belong to whoever they were written to, and their
//! links open accounts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Refused};
use crate::language::Language;
use crate::mail::letter::{self, Attachment, Column, State};
use crate::paging::{Page, Paging};
use crate::settings::Delivery;

/// A letter as the list shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed {
    pub id: Uuid,
    #[schema(example = "verify")]
    pub kind: String,
    pub event_id: Option<Uuid>,
    pub recipient: String,
    pub language: Language,
    pub subject: String,
    pub state: Standing,
    /// How often it was tried, and how often the mail server refused it for good.
    pub tries: i32,
    pub refusals: i32,
    /// What the mail server said last.
    pub last_error: Option<String>,
    pub posted_at: DateTime<Utc>,
    /// When it may be tried next.
    pub not_before: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    /// The text; null unless asked for by `words` and unless letters are kept.
    pub plain: Option<String>,
}

/// A whole letter.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Opened {
    #[serde(flatten)]
    pub listed: Listed,
    /// Null unless letters are kept.
    pub html: Option<String>,
    pub attachments: Vec<Enclosed>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Enclosed {
    pub name: String,
    pub content_type: String,
    /// Shown inside the letter under this id.
    pub inline_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Waiting,
    Sent,
    Failed,
}

/// Which letters.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    pub state: Option<Standing>,
    /// `verify`, `screened`, …
    pub kind: Option<String>,
    /// With the text of each, where letters are kept.
    pub words: Option<bool>,
    /// How many items, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

impl From<State> for Standing {
    fn from(state: State) -> Self {
        match state {
            State::Waiting => Self::Waiting,
            State::Sent => Self::Sent,
            State::Failed => Self::Failed,
        }
    }
}

impl Standing {
    fn state(self) -> State {
        match self {
            Self::Waiting => State::Waiting,
            Self::Sent => State::Sent,
            Self::Failed => State::Failed,
        }
    }
}

/// Whether the letters may be read here.
#[must_use]
pub fn are_readable(app: &App) -> bool {
    app.settings.mail.delivery == Delivery::Kept
}

fn listed(letter: letter::Model, words: bool) -> Listed {
    Listed {
        id: letter.id,
        kind: letter.kind,
        event_id: letter.event_id,
        recipient: letter.recipient,
        language: letter.language,
        subject: letter.subject,
        state: letter.state.into(),
        tries: letter.tries,
        refusals: letter.refusals,
        last_error: letter.last_error,
        posted_at: letter.posted_at,
        not_before: letter.not_before,
        sent_at: letter.sent_at,
        plain: words.then_some(letter.plain),
    }
}

/// A page of the outbox, the latest letters first.
///
/// # Errors
/// 422 for a limit or a cursor that is none.
pub async fn list(app: &App, wanted: &Wanted) -> Result<Page<Listed>, Error> {
    let paging = Paging { limit: wanted.limit, cursor: wanted.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut letters: Select<letter::Entity> = letter::Entity::find().order_by_desc(Column::Id).limit(limit + 1);
    if let Some(state) = wanted.state {
        letters = letters.filter(Column::State.eq(state.state()));
    }
    if let Some(kind) = &wanted.kind {
        letters = letters.filter(Column::Kind.eq(kind));
    }
    if let Some(after) = after {
        letters = letters.filter(Column::Id.lt(after));
    }
    let words = wanted.words == Some(true) && are_readable(app);
    let letters = letters.all(app.database.reader()).await?;
    Ok(Page::of(letters, limit, |letter| letter.id, |letter| listed(letter, words)))
}

/// One letter.
///
/// # Errors
/// 404.
pub async fn open(app: &App, id: Uuid) -> Result<Opened, Error> {
    let letter = row(app, id).await?;
    let readable = are_readable(app);
    let files: Vec<Attachment> = serde_json::from_value(letter.attachments.clone()).map_err(Error::fault)?;
    let enclosed =
        |file: Attachment| Enclosed { name: file.name, content_type: file.content_type, inline_id: file.inline_id };
    let html = readable.then(|| letter.html.clone());
    Ok(Opened { html, attachments: files.into_iter().map(enclosed).collect(), listed: listed(letter, readable) })
}

/// The HTML of a kept letter with its pictures put in, to be shown where nothing may be fetched.
///
/// # Errors
/// 404, also where letters are not kept.
pub async fn shown(app: &App, id: Uuid) -> Result<String, Error> {
    if !are_readable(app) {
        return Err(Refused::not_found().into());
    }
    let letter = row(app, id).await?;
    let files: Vec<Attachment> = serde_json::from_value(letter.attachments).map_err(Error::fault)?;
    // A link opens beside the outbox: inside the frame our own pages refuse to be shown.
    let mut html = letter.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    for file in files {
        if let Some(id) = file.inline_id {
            let picture = format!("data:{};base64,{}", file.content_type, file.content);
            html = html.replace(&format!("cid:{id}"), &picture);
        }
    }
    Ok(html)
}

/// How many letters there are of each standing.
///
/// # Errors
/// Only faults.
pub async fn counts(db: &impl ConnectionTrait) -> Result<HashMap<Standing, u64>, Error> {
    let mut counts = HashMap::new();
    for standing in [Standing::Waiting, Standing::Sent, Standing::Failed] {
        let letters = letter::Entity::find().filter(Column::State.eq(standing.state())).count(db).await?;
        counts.insert(standing, letters);
    }
    Ok(counts)
}

async fn row(app: &App, id: Uuid) -> Result<letter::Model, Error> {
    let letter = letter::Entity::find_by_id(id).one(app.database.reader()).await?;
    letter.ok_or_else(|| Refused::not_found().into())
}

impl From<letter::Model> for Listed {
    fn from(letter: letter::Model) -> Self {
        listed(letter, false)
    }
}
