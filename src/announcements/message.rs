//! What is said, as it comes in.

use data_encoding::HEXLOWER;
use garde::Validate;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::placeholders;
use super::whom::Whom;
use crate::body::{one_line, one_line_or_none, text as lines, text_or_none};
use crate::error::{Error, FieldError, Refused};

/// What is said to whom. `{昵称}` (or `{nickname}`) and `{报名号}` (or `{number}`) stand for each reader's own; `{活动}`
/// (`{event}`), `{时间}` (`{time}`) and `{地点}` (`{venue}`) for the event's. Nothing else can stand in braces.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[schema(as = NewAnnouncement)]
#[serde(deny_unknown_fields)]
pub struct Message {
    #[serde(default)]
    #[garde(dive)]
    pub to: Whom,
    #[garde(custom(one_line(1, 120)))]
    pub subject: String,
    /// Paragraphs apart by an empty line.
    #[garde(custom(lines(1, 5000)))]
    pub text: String,
    /// For those who read English; they get the Chinese where it is left out.
    #[garde(custom(one_line_or_none(1, 120)))]
    pub subject_en: Option<String>,
    #[garde(custom(text_or_none(1, 5000)))]
    pub text_en: Option<String>,
}

impl Message {
    /// Refuses an English half without its other half, and what nobody could fill in.
    ///
    /// # Errors
    /// 422 `invalid` on the half that is missing, or with `unknown_gap` by its name.
    pub fn whole(&self) -> Result<(), Error> {
        let fields = [
            ("subject", Some(&self.subject)),
            ("text", Some(&self.text)),
            ("subject_en", self.subject_en.as_ref()),
            ("text_en", self.text_en.as_ref()),
        ];
        let wrong = |(field, words): (&'static str, Option<&String>)| {
            let unknown = placeholders::unknown(words?);
            let message = format!("nothing is known to fill in for {}", unknown.join(", "));
            (!unknown.is_empty()).then(|| FieldError::new(field, "unknown_gap", message))
        };
        let unknown: Vec<FieldError> = fields.into_iter().filter_map(wrong).collect();
        if !unknown.is_empty() {
            return Err(Refused::invalid(unknown).into());
        }
        let missing = match (&self.subject_en, &self.text_en) {
            (Some(_), None) => "text_en",
            (None, Some(_)) => "subject_en",
            _ => return Ok(()),
        };
        let message = "English needs a subject and a text";
        Err(Refused::invalid(vec![FieldError::new(missing, "blank", message)]).into())
    }

    /// Of all the words.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for part in [Some(&self.subject), Some(&self.text), self.subject_en.as_ref(), self.text_en.as_ref()] {
            let part = part.map_or("", |part| part.trim());
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        HEXLOWER.encode(&digest.finalize())
    }
}

/// What makes two letters the same letter: the words and the reader, whichever group they were written to in.
#[must_use]
pub fn once(event_id: Uuid, digest: &str, account_id: Uuid) -> String {
    format!("announcement:{event_id}:{digest}:{account_id}")
}
