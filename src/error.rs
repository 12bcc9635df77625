//! Refused or Fault. A refusal is an answer: it has a status, a stable code and words a person can
//! act on. Everything else is one kind of fault: logged once with its request id, told to the
//! caller as "not your fault", and never in detail; what is told is whether to come back and whether
//! anything was changed ([`trouble::Trouble`]).

pub mod refusal;
pub mod trouble;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use sea_orm::DbErr;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use refusal::Refusal;
use trouble::Trouble;

pub const PROBLEM_JSON: &str = "application/problem+json";

#[derive(Debug)]
pub enum Error {
    Refused(Box<Refused>),
    Fault(Fault),
}

/// An answer that says no, and why.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What it is, with its status and its code.
    pub refusal: Refusal,
    /// In the words of this one case, for a person, in English; never anything personal.
    pub detail: Cow<'static, str>,
    pub errors: Vec<FieldError>,
    /// Seconds until it is worth trying again.
    pub retry_after: Option<u64>,
    /// Further members of the problem object.
    pub extra: Map<String, Value>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Path in the body, `hosts[0].name`; of a table, the column.
    pub field: String,
    pub code: Cow<'static, str>,
    pub message: String,
}

impl FieldError {
    #[must_use]
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: Cow::Borrowed(code), message: message.into() }
    }
}

impl Refused {
    #[must_use]
    pub fn not_signed_in() -> Self {
        refusal::NOT_SIGNED_IN.into()
    }

    #[must_use]
    pub fn not_found() -> Self {
        refusal::NOT_FOUND.into()
    }

    /// Understood but invalid, field by field.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..refusal::INVALID.into() }
    }

    #[must_use]
    pub fn too_many(seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..refusal::TOO_MANY_REQUESTS.into() }
    }

    /// Whether it is this one, in whatever words: some codes are said by two rooms, or with two statuses.
    #[must_use]
    pub fn is(&self, refusal: Refusal) -> bool {
        self.refusal == refusal
    }

    /// Adds a member to the problem object.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }

    /// The problem object of this refusal.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = self.extra.clone();
        body.insert("type".into(), json!("about:blank"));
        let Refusal { status, code, .. } = self.refusal;
        body.insert("title".into(), json!(status.canonical_reason().unwrap_or("Refused")));
        body.insert("status".into(), json!(status.as_u16()));
        body.insert("code".into(), json!(code));
        body.insert("detail".into(), json!(self.detail));
        if !self.errors.is_empty() {
            body.insert("errors".into(), json!(self.errors));
        }
        Value::Object(body)
    }

    #[must_use]
    pub fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.refusal.status);
        response.insert_header((CONTENT_TYPE, PROBLEM_JSON));
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.body(self.body().to_string())
    }
}

/// Something that is not the caller's fault: the database, the disk, a mistake of ours. What returns
/// `Result<_, Fault>` refuses nobody. Its text is for the log only.
pub struct Fault {
    cause: anyhow::Error,
    trouble: Trouble,
}

impl Fault {
    /// From anything that is an error.
    pub fn of(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        anyhow::Error::from(cause).into()
    }

    /// Where it is known what may be told of it.
    pub fn with_trouble(trouble: Trouble, cause: impl Into<anyhow::Error>) -> Self {
        Self { cause: cause.into(), trouble }
    }

    /// What may be told of it.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        self.trouble
    }

    /// The same, where something was done before: then nobody may say that nothing was changed.
    #[must_use]
    pub fn after_deeds(self) -> Self {
        Self { trouble: Trouble::Unknown, ..self }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.cause)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.cause)
    }
}

impl std::error::Error for Fault {}

impl From<anyhow::Error> for Fault {
    fn from(cause: anyhow::Error) -> Self {
        Self { trouble: Trouble::of(&cause), cause }
    }
}

impl From<DbErr> for Fault {
    fn from(fault: DbErr) -> Self {
        anyhow::Error::from(fault).into()
    }
}

/// The shape of every error answer (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    #[schema(example = "about:blank")]
    pub r#type: String,
    pub title: String,
    #[schema(example = 409)]
    pub status: u16,
    /// Stable; see the list of codes in the documentation.
    #[schema(example = "phase_closed")]
    pub code: String,
    pub detail: String,
    /// For invalid input: what is wrong with which field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldError>>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => write!(f, "{}: {}", refused.refusal.code, refused.detail),
            Self::Fault(fault) => write!(f, "{fault:?}"),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refused) => refused.refusal.status,
            Self::Fault(fault) => fault.trouble.refusal().status,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Refused(refused) => refused.response(),
            Self::Fault(fault) => {
                let trouble = fault.trouble;
                tracing::error!(fault = ?fault, code = trouble.refusal().code, "a request failed");
                Refused { retry_after: trouble.retry_after(), ..trouble.refusal().into() }.response()
            }
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<anyhow::Error> for Error {
    fn from(cause: anyhow::Error) -> Self {
        Self::Fault(cause.into())
    }
}

impl From<DbErr> for Error {
    fn from(fault: DbErr) -> Self {
        Self::Fault(fault.into())
    }
}

impl Error {
    /// Whether it is this refusal.
    #[must_use]
    pub fn is(&self, refusal: Refusal) -> bool {
        matches!(self, Self::Refused(refused) if refused.is(refusal))
    }

    /// Stable: of a refusal its own, of a fault what may be told of it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.refusal.code,
            Self::Fault(fault) => fault.trouble.refusal().code,
        }
    }

    /// The same, where something was done before: then nobody may say that nothing was changed.
    #[must_use]
    pub fn after_deeds(self) -> Self {
        match self {
            Self::Fault(fault) => Self::Fault(fault.after_deeds()),
            refused @ Self::Refused(_) => refused,
        }
    }
}
