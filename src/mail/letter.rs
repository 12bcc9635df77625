//! The outbox: one row a letter, written by the room that owns its words.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, ConnectionTrait, ExprTrait};
use serde::{Deserialize, Serialize};

use super::attachment::Attachment;
use super::kind;
use super::recipient::Recipient;
use super::rendering::{Rendered, split_button};
use crate::app::App;
use crate::error::Fault;
use crate::language::Language;
use crate::sealed::{self, Sealed};
use crate::secrets::Secrets;

/// Letters one statement writes: databases bind a limited number of values in one.
const MANY: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "letter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is about: `verify`, `screened`, `match`, …
    pub kind: String,
    pub account_id: Option<Uuid>,
    pub event_id: Option<Uuid>,
    /// Sealed: [`sealed::LETTER_RECIPIENT`].
    #[sea_orm(column_name = "recipient_sealed")]
    pub recipient: Sealed,
    /// What letters to one address are found by.
    pub recipient_digest: Option<Vec<u8>>,
    pub language: Language,
    /// Sealed [`Contents`]; None once a mail server has them.
    #[sea_orm(column_name = "contents_sealed")]
    pub contents: Option<Sealed>,
    /// Two letters with the same value are one letter.
    pub dedupe: Option<String>,
    pub state: State,
    pub tries: i32,
    /// How often a mail server said no for good (5xx).
    pub refusals: i32,
    pub not_before: DateTimeUtc,
    pub leased_until: Option<DateTimeUtc>,
    /// Sealed: mail servers like to repeat the address.
    #[sea_orm(column_name = "last_error_sealed")]
    pub last_error: Option<Sealed>,
    pub posted_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum State {
    /// To be delivered, now or at `not_before`.
    Waiting,
    /// Accepted by a mail server, or kept for the administrator where that is the delivery.
    Sent,
    /// Given up after the configured tries; an administrator may try again.
    Failed,
}

/// A letter to be posted.
#[derive(Debug, Clone)]
pub struct Letter {
    pub kind: &'static str,
    pub to: Recipient,
    pub event_id: Option<Uuid>,
    /// First line the subject, a blank line, then plain paragraphs.
    pub text: String,
    pub action: Option<Action>,
    pub attachments: Vec<Attachment>,
    pub dedupe: Option<String>,
    pub not_before: Option<DateTimeUtc>,
}

/// The one thing to do about a letter.
#[derive(Debug, Clone)]
pub struct Action {
    pub label: String,
    pub url: String,
}

/// What a letter says in the files of its room: [`letter_words`] makes them.
pub trait Words {
    /// The words in a language: first line the subject, a blank line, plain paragraphs, and `[…]` for the button.
    ///
    /// # Errors
    /// Where they cannot be rendered.
    fn in_language(self, language: Language) -> askama::Result<String>;
}

/// The words of a letter: its gaps, and a file a language with the same gaps in both.
#[macro_export]
macro_rules! letter_words {
    ($(#[$about:meta])* $name:ident $(<$life:lifetime>)? { $($gap:ident: $type:ty),* } $zh:tt $en:tt) => {
        $(#[$about])*
        struct $name $(<$life>)? {
            $($gap: $type,)*
        }

        impl $(<$life>)? $crate::mail::letter::Words for $name $(<$life>)? {
            fn in_language(self, language: $crate::language::Language) -> askama::Result<String> {
                #[derive(askama::Template)]
                #[template(path = $zh)]
                struct Zh $(<$life>)? {
                    $($gap: $type,)*
                }

                #[derive(askama::Template)]
                #[template(path = $en)]
                struct En $(<$life>)? {
                    $($gap: $type,)*
                }

                let Self { $($gap),* } = self;
                match language {
                    $crate::language::Language::Zh => askama::Template::render(&Zh { $($gap),* }),
                    $crate::language::Language::En => askama::Template::render(&En { $($gap),* }),
                }
            }
        }
    };
}
pub use letter_words;

/// What a letter says, as its row holds it: sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Contents {
    pub subject: String,
    pub plain: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
}

impl Model {
    /// The address it goes to; empty where that was forgotten.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn to(&self, secrets: &Secrets) -> Result<String, Fault> {
        sealed::LETTER_RECIPIENT.open(secrets, &[self.id], &self.recipient)
    }

    /// What it says; None once it was delivered or forgotten.
    ///
    /// # Errors
    /// As [`Model::to`].
    pub fn contents(&self, secrets: &Secrets) -> Result<Option<Contents>, Fault> {
        let opened = sealed::LETTER_CONTENTS.open_if_any(secrets, &[self.id], self.contents.as_ref())?;
        opened.map(|contents| serde_json::from_str(&contents).map_err(Fault::of)).transpose()
    }

    /// What the mail server said last.
    ///
    /// # Errors
    /// As [`Model::to`].
    pub fn last_error(&self, secrets: &Secrets) -> Result<Option<String>, Fault> {
        sealed::LETTER_ERROR.open_if_any(secrets, &[self.id], self.last_error.as_ref())
    }
}

/// Longer than a letter that was tried waits for its next try, and than anybody holds one: where a row
/// says more, it was written by a clock that was set wrong.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(2);

/// What a postman may take: waiting, its hour come, and in nobody's hands.
#[must_use]
pub fn due(now: DateTimeUtc) -> Condition {
    let never = now + LONGEST_WAIT;
    let wrongly = Condition::all().add(Column::Tries.gt(0)).add(Column::NotBefore.gt(never));
    let free = Column::LeasedUntil.is_null().or(Column::LeasedUntil.lte(now)).or(Column::LeasedUntil.gt(never));
    Condition::all()
        .add(Column::State.eq(State::Waiting))
        .add(Condition::any().add(Column::NotBefore.lte(now)).add(wrongly))
        .add(free)
}

impl Letter {
    /// In the recipient's language, with a button that leads to a path of ours.
    ///
    /// # Errors
    /// A fault where the words cannot be rendered or have no button.
    pub fn new(app: &App, kind: &'static str, to: &Recipient, text: impl Words, path: &str) -> Result<Self, Fault> {
        let rendered = text.in_language(to.language).map_err(Fault::of)?;
        let (text, label) =
            split_button(&rendered).ok_or_else(|| anyhow::anyhow!("the words of {kind} end without a button"))?;
        Ok(Self {
            kind,
            to: to.clone(),
            event_id: None,
            text: text.to_owned(),
            action: Some(Action { label: label.to_owned(), url: app.public_url(path) }),
            attachments: Vec::new(),
            dedupe: None,
            not_before: None,
        })
    }

    fn row(self, app: &App) -> Result<ActiveModel, Fault> {
        let (now, id, Rendered { subject, plain, html }) = (app.now(), app.new_id(), self.render()?);
        let contents = Contents { subject, plain, html, attachments: self.attachments };
        let contents = serde_json::to_string(&contents).map_err(Fault::of)?;
        // Said while the kind is being written rather than when somebody looks for the letter.
        let _ = kind::privacy(self.kind);
        Ok(ActiveModel {
            id: Set(id),
            kind: Set(self.kind.to_owned()),
            account_id: Set(self.to.account_id),
            event_id: Set(self.event_id),
            recipient: Set(sealed::LETTER_RECIPIENT.seal(&app.secrets, &[id], &self.to.address)?),
            recipient_digest: Set(Some(sealed::LETTER_RECIPIENT.digest(&app.secrets, &self.to.address))),
            language: Set(self.to.language),
            contents: Set(Some(sealed::LETTER_CONTENTS.seal(&app.secrets, &[id], &contents)?)),
            dedupe: Set(self.dedupe),
            state: Set(State::Waiting),
            tries: Set(0),
            refusals: Set(0),
            not_before: Set(self.not_before.unwrap_or(now)),
            leased_until: Set(None),
            last_error: Set(None),
            posted_at: Set(now),
            sent_at: Set(None),
        })
    }
}

/// Writes a letter into the outbox, in the transaction that causes it. A letter whose `dedupe` is
/// already there is not written twice.
pub async fn post(txn: &impl ConnectionTrait, app: &App, letter: Letter) -> Result<(), Fault> {
    Entity::insert(letter.row(app)?)
        .on_conflict(OnConflict::column(Column::Dedupe).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    // Rung before the commit: at worst the postman looks once for nothing and comes again on his round.
    app.postbell.notify_one();
    Ok(())
}

/// Takes back a letter that nobody has had in hand yet, and says whether there was one. A postman who takes it at the
/// same moment has it.
pub async fn call_back(txn: &impl ConnectionTrait, dedupe: &str) -> Result<bool, Fault> {
    let waiting = Entity::delete_many()
        .filter(Column::Dedupe.eq(dedupe))
        .filter(Column::State.eq(State::Waiting))
        .filter(Column::Tries.eq(0));
    Ok(waiting.exec(txn).await?.rows_affected > 0)
}

/// As [`post`], for letters to many of which none is there yet. Gives their ids.
pub async fn post_all(txn: &impl ConnectionTrait, app: &App, letters: Vec<Letter>) -> Result<Vec<Uuid>, Fault> {
    let rows = letters.into_iter().map(|letter| letter.row(app)).collect::<Result<Vec<_>, _>>()?;
    for some in rows.chunks(MANY) {
        Entity::insert_many(some.to_vec()).exec_without_returning(txn).await?;
    }
    app.postbell.notify_one();
    Ok(rows.iter().filter_map(|row| row.id.try_as_ref().copied()).collect())
}
