//! What comes in: JSON bodies, read once, in one way, with every way of being wrong told clearly.
//!
//! 415 not JSON, 413 too large, 400 not well formed, 422 an unknown field, a wrong type or an
//! invalid value, each with the field's path.

use std::ops::Deref;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::future::LocalBoxFuture;
use garde::Validate;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::app::House;
use crate::authorize_first;
use crate::error::refusal::{MALFORMED_JSON, NOT_JSON, TOO_LARGE, UNREADABLE_BODY};
use crate::error::{Error, FieldError, Refused};
use crate::strict::Strict;

/// A JSON body that parsed and is valid.
#[derive(Debug, Clone)]
pub struct Body<T>(T);

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> FromRequest for Body<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
{
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let is_json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
        let limit = request.app_data::<House>().map_or(65_536, |house| house.settings.server.body_limit);
        let payload = web::Payload::from_request(request, payload);
        let passed = authorize_first::authorized(request);
        Box::pin(async move {
            passed.await;
            if !is_json {
                return Err(NOT_JSON.into());
            }
            let payload = payload.await.map_err(|_| UNREADABLE_BODY)?;
            let bytes = payload.to_bytes_limited(limit).await.map_err(|_| too_large(limit))?;
            parse(&bytes.map_err(|_| UNREADABLE_BODY)?).map(Body)
        })
    }
}

/// A query that parsed; judged, like a body, after whoever asks. For calls; whoever opens a page is told
/// in any order.
#[derive(Debug, Clone)]
pub struct Query<T>(T);

impl<T> Query<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let passed = authorize_first::authorized(request);
        let query = request.query_string();
        let wrong = |code, message| Refused::invalid(vec![FieldError::new("query", code, message)]);
        let read = match web::Query::<T>::from_query(query) {
            // PostgreSQL keeps no NUL in a text.
            Ok(_) if query.contains("%00") => {
                Err(wrong("nul_character", "must not contain a NUL character".to_owned()))
            }
            Ok(read) => Ok(Self(read.into_inner())),
            Err(unread) => Err(wrong("invalid", unread.to_string())),
        };
        Box::pin(async move {
            passed.await;
            Ok(read?)
        })
    }
}

/// Reads and judges a JSON text.
///
/// # Errors
/// 400 `malformed_json` and 422 `invalid`, as the module says.
pub fn parse<T>(bytes: &[u8]) -> Result<T, Error>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    let malformed = |wrong: serde_json::Error| {
        Error::from(MALFORMED_JSON.saying(format!("The body is not well-formed JSON: {wrong}.")))
    };
    // Asked first, because serde_json calls a number where it wants a word a syntax error.
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(malformed)?;
    let reader = &mut serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(Strict(reader)).map_err(|wrong| {
        let path = wrong.path().to_string();
        Refused::invalid(vec![FieldError::new(path, "wrong_type", wrong.into_inner().to_string())])
    })?;
    judge(&value)?;
    // PostgreSQL keeps no NUL in a text; refused here for every field whose own rule did not.
    if bytes.windows(6).any(|escape| escape == br"\u0000") {
        let wrong = FieldError::new("", "nul_character", "must not contain a NUL character (\\u0000)");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    Ok(value)
}

/// Judges a request put together by a page out of its form, by the rules of the API. Members that
/// are null count as left out.
///
/// # Errors
/// 422 `invalid`, as the module says.
pub fn read<T>(mut request: Value) -> Result<T, Error>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    if let Value::Object(members) = &mut request {
        members.retain(|_, value| !value.is_null());
    }
    parse(request.to_string().as_bytes())
}

/// Runs the rules written on a request's fields.
///
/// # Errors
/// 422 `invalid` with one entry a broken rule.
pub fn judge<T: Validate<Context = ()>>(value: &T) -> Result<(), Error> {
    let Err(report) = value.validate() else { return Ok(()) };
    let errors = report
        .iter()
        .map(|(path, broken)| {
            let message = broken.message();
            // Rules of ours say `code|words`; the library's own say words only.
            let (code, value) = message.split_once('|').unwrap_or(("invalid", message));
            FieldError { field: path.to_string(), code: code.to_owned().into(), message: value.to_owned() }
        })
        .collect();
    Err(Refused::invalid(errors).into())
}

/// A fault where a number lies outside of what can be held.
#[must_use]
pub fn out_of_range(path: &str, number: u32, least: u32, most: u32) -> Option<FieldError> {
    let message = || format!("{least} to {most}");
    (!(least..=most).contains(&number)).then(|| FieldError::new(path, "out_of_range", message()))
}

/// One line of `min` to `max` characters that says something: no control characters, not blank.
/// Emoji and rare characters are kept. For `#[garde(custom(one_line(1, 40)))]`.
pub fn one_line(min: usize, max: usize) -> impl Fn(&str, &()) -> garde::Result {
    move |line, ()| {
        if line.chars().any(char::is_control) {
            return Err(garde::Error::new("control_characters|must be one line without control characters"));
        }
        fits(line, min, max)
    }
}

/// Several lines of `min` to `max` characters; line breaks and tabs are allowed.
pub fn text(min: usize, max: usize) -> impl Fn(&str, &()) -> garde::Result {
    move |text, ()| {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(garde::Error::new("control_characters|must not contain control characters"));
        }
        fits(text, min, max)
    }
}

/// As [`one_line`], for a field that may be left out.
pub fn one_line_or_none(min: usize, max: usize) -> impl Fn(&Option<String>, &()) -> garde::Result {
    move |line, context| line.as_deref().map_or(Ok(()), |line| one_line(min, max)(line, context))
}

/// As [`text`], for a field that may be left out.
pub fn text_or_none(min: usize, max: usize) -> impl Fn(&Option<String>, &()) -> garde::Result {
    move |value, context| value.as_deref().map_or(Ok(()), |value| text(min, max)(value, context))
}

/// The rule of slugs, for every noun that stands in an address.
///
/// # Errors
/// The rule that is broken.
pub fn slug_rule(slug: &str, (): &()) -> garde::Result {
    let fits = (3..=60).contains(&slug.len())
        && slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--");
    let message = "bad_slug|3 to 60 lower-case letters, digits and single hyphens";
    if fits { Ok(()) } else { Err(garde::Error::new(message)) }
}

fn fits(value: &str, min: usize, max: usize) -> garde::Result {
    let length = value.trim().chars().count();
    if min > 0 && length == 0 {
        Err(garde::Error::new("blank|must not be blank"))
    } else if length < min {
        Err(garde::Error::new(format!("too_short|at least {min} characters")))
    } else if value.chars().count() > max {
        Err(garde::Error::new(format!("too_long|at most {max} characters")))
    } else {
        Ok(())
    }
}

#[must_use]
pub fn too_large(limit: usize) -> Error {
    TOO_LARGE.saying(format!("The body is larger than {limit} bytes.")).into()
}
