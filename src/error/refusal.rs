//! A refusal is data: a status, a stable code and words. A room says all of its own in `refusals.rs`,
//! which is the list that `docs/errors.md` and the description of the API are made from; the frame's
//! stand here.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use serde_json::Value;

use super::{Error, FieldError, Refused};

/// One way to say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    /// Stable: programs rely on it, pages find their wording by it.
    pub code: &'static str,
    /// For a person, in English.
    pub detail: &'static str,
}

impl Refusal {
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str, detail: &'static str) -> Self {
        Self { status, code, detail }
    }

    /// 400: not to be read at all.
    #[must_use]
    pub const fn malformed(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: it has to be known who asks.
    #[must_use]
    pub const fn unauthorized(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: not for whoever asks.
    #[must_use]
    pub const fn forbidden(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: not there, or not for whoever asks to see.
    #[must_use]
    pub const fn not_found(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 409: not as things stand.
    #[must_use]
    pub const fn conflict(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 422: understood, and not valid.
    #[must_use]
    pub const fn unprocessable(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 503: not just now.
    #[must_use]
    pub const fn unavailable(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// Said in the words of this one case.
    #[must_use]
    pub fn saying(self, detail: impl Into<Cow<'static, str>>) -> Refused {
        Refused { detail: detail.into(), ..self.into() }
    }

    /// With a further member of the problem object.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl Into<Value>) -> Refused {
        Refused::from(self).with(name, value)
    }

    /// Of one field of the request: `errors` says so too.
    #[must_use]
    pub fn on(self, field: &'static str) -> Refused {
        Refused { errors: vec![FieldError::new(field, self.code, self.detail)], ..self.into() }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.status,
            code: refusal.code,
            detail: refusal.detail.into(),
            errors: Vec::new(),
            retry_after: None,
            extra: serde_json::Map::new(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Refused::from(refusal).into()
    }
}

/// The refusals of a room, and `ALL` of them.
#[macro_export]
macro_rules! refusals {
    ($($(#[$about:meta])* $name:ident = $kind:ident($($message:expr),+ $(,)?);)+) => {
        $(
            $(#[$about])*
            pub const $name: $crate::error::refusal::Refusal = $crate::error::refusal::Refusal::$kind($($message),+);
        )+

        /// Every refusal that is said here.
        pub const ALL: &[$crate::error::refusal::Refusal] = &[$($name),+];
    };
}

refusals! {
    NOT_SIGNED_IN = unauthorized("not_signed_in", "Sign in first.");
    /// Not there, or not yours to see: the two must look the same.
    NOT_FOUND = not_found("not_found", "There is nothing here that you may see.");
    INVALID = unprocessable("invalid", "Some fields are not valid.");
    TOO_MANY_REQUESTS =
        new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests; wait a little.");
    UNREADABLE_BODY = malformed("unreadable_body", "The body could not be read to its end.");
    MALFORMED_JSON = malformed("malformed_json", "The body is not well-formed JSON.");
    NOT_JSON = new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", "The body must be application/json.");
    TOO_LARGE = new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than may be.");
    MALFORMED_FORM = malformed("malformed_form", "The form could not be read.");
    NOT_A_FORM = new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_form", "A form must be application/x-www-form-urlencoded.");
    // What is told of a fault.
    FAULT = new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "fault",
        "This is our fault, not yours. Nothing was changed.",
    );
    BUSY = unavailable("busy", "This cannot be done just now. Nothing was changed; try again in a moment.");
    STORAGE_FULL =
        unavailable("storage_full", "There is no room to keep anything just now. Nothing was changed; try again later.");
    OUTCOME_UNKNOWN =
        unavailable("outcome_unknown", "It may have been done or not. Look before you repeat it.");
}
