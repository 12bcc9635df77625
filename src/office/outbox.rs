//! What an administrator sees of the letters: that they are there and how they fared. What one says
//! is shown only where keeping letters is their delivery, one at a time ([`super::open_letter`]):
//! where they go out by mail they belong to whoever they were written to, and their links open
//! accounts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::language::Language;
use crate::mail::attachment::Attachment;
use crate::mail::kind::{Privacy, SECRET, privacy};
use crate::mail::letter::{self, Column, Contents, State};
use crate::paging::{Page, Paging};
use crate::settings::Delivery;

/// A letter as the list shows it: that there is one, and never what it says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed {
    pub id: Uuid,
    /// Null where it would tell who found whom; so are event, recipient and the server's words then.
    #[schema(example = "verify")]
    pub kind: Option<String>,
    pub event_id: Option<Uuid>,
    pub recipient: Option<String>,
    pub language: Language,
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
    /// Whether an administrator may open it, with their password and on record.
    pub opens: bool,
}

/// A letter that an administrator opened, as the postman of a house that keeps its letters.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Opened {
    #[serde(flatten)]
    pub listed: Listed,
    pub subject: String,
    pub plain: String,
    /// With its pictures put in, to be shown where nothing may be fetched.
    pub html: String,
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
pub struct OutboxQuery {
    pub state: Option<Standing>,
    /// `verify`, `screened`, …
    pub kind: Option<String>,
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

/// Whether a letter may be opened here: only where keeping it was its delivery, and only where it
/// says nothing of how somebody fared.
pub(super) fn opens(app: &App, letter: &letter::Model) -> bool {
    app.settings.mail.delivery == Delivery::Kept && privacy(&letter.kind) == Privacy::Opens && letter.contents.is_some()
}

/// A letter without what it says.
pub(super) fn listed(app: &App, letter: letter::Model) -> Result<Listed, Fault> {
    let readable = privacy(&letter.kind) != Privacy::Secret;
    Ok(Listed {
        opens: opens(app, &letter),
        recipient: if readable { Some(letter.to(&app.secrets)?) } else { None },
        last_error: if readable { letter.last_error(&app.secrets)? } else { None },
        id: letter.id,
        kind: readable.then_some(letter.kind),
        event_id: letter.event_id.filter(|_| readable),
        language: letter.language,
        state: letter.state.into(),
        tries: letter.tries,
        refusals: letter.refusals,
        posted_at: letter.posted_at,
        not_before: letter.not_before,
        sent_at: letter.sent_at,
    })
}

/// A letter with what it says, once that may be shown.
pub(super) fn opened_letter(listed: Listed, contents: Contents) -> Opened {
    // A link opens beside the outbox: inside the frame our own pages refuse to be shown.
    let mut html = contents.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    for file in &contents.attachments {
        if let Some(id) = &file.inline_id {
            let picture = format!("data:{};base64,{}", file.content_type, file.content);
            html = html.replace(&format!("cid:{id}"), &picture);
        }
    }
    let enclosed =
        |file: Attachment| Enclosed { name: file.name, content_type: file.content_type, inline_id: file.inline_id };
    Opened {
        listed,
        subject: contents.subject,
        plain: contents.plain,
        html,
        attachments: contents.attachments.into_iter().map(enclosed).collect(),
    }
}

/// What stands in the outbox. Letters that only some people get because of others do not, or the
/// list would tell who they are and the count how many; what could not be delivered needs a look all
/// the same, and is told without either.
pub(super) fn visible() -> Condition {
    Condition::any().add(Column::Kind.is_not_in(SECRET)).add(Column::State.eq(State::Failed))
}

/// A page of the outbox, the latest letters first.
///
/// # Errors
/// 422 for a limit or a cursor that is none.
pub async fn list(app: &App, wanted: &OutboxQuery) -> Result<Page<Listed>, Error> {
    let paging = Paging { limit: wanted.limit, cursor: wanted.cursor.clone() };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let mut letters: Select<letter::Entity> =
        letter::Entity::find().filter(visible()).order_by_desc(Column::Id).limit(limit + 1);
    if let Some(state) = wanted.state {
        letters = letters.filter(Column::State.eq(state.state()));
    }
    if let Some(kind) = &wanted.kind {
        letters = letters.filter(Column::Kind.eq(kind)).filter(Column::Kind.is_not_in(SECRET));
    }
    if let Some(after) = after {
        letters = letters.filter(Column::Id.lt(after));
    }
    let letters = letters.all(app.database.reader()).await?;
    let page = Page::of(letters, limit, |letter| letter.id, |letter| listed(app, letter));
    Ok(Page { items: page.items.into_iter().collect::<Result<_, _>>()?, next: page.next })
}

/// One letter, without what it says.
///
/// # Errors
/// 404.
pub async fn look(app: &App, id: Uuid) -> Result<Listed, Error> {
    let letter = letter::Entity::find_by_id(id).filter(visible()).one(app.database.reader()).await?;
    Ok(listed(app, letter.ok_or_else(Refused::not_found)?)?)
}

/// How many letters there are of each standing.
pub async fn counts(db: &impl ConnectionTrait) -> Result<HashMap<Standing, u64>, Fault> {
    let mut counts = HashMap::new();
    for standing in [Standing::Waiting, Standing::Sent, Standing::Failed] {
        let letters = letter::Entity::find().filter(visible()).filter(Column::State.eq(standing.state()));
        counts.insert(standing, letters.count(db).await?);
    }
    Ok(counts)
}
