//! A form as a person sent it. What was typed is kept, so that a refused form comes back with
//! everything in it and the reason beside the field.
//!
//! A form is turned into the same request a program would send ([`Form::text`], [`Form::number`] …
//! give its members, [`crate::body::read`] judges them), so that pages and API share one set of
//! rules and field names.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization;
use url::form_urlencoded;

use super::{Page, fluent};
use crate::app::House;
use crate::authorize_first;
use crate::body::too_large;
use crate::error::Error;
use crate::error::refusal::{MALFORMED_FORM, NOT_A_FORM};

#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// What is wrong with which field, in the reader's words.
    wrong: BTreeMap<String, String>,
    /// What is wrong with the whole.
    trouble: Option<String>,
    status: Option<StatusCode>,
    retry_after: Option<u64>,
}

impl Form {
    /// A form filled in beforehand, with what is stored now.
    #[must_use]
    pub fn filled<N: Into<String>, V: Into<String>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        Self {
            fields: fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            ..Self::default()
        }
    }

    /// What was typed into a field; empty where nothing was.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Everything that was chosen under one name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box with this value is ticked.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.values(name).any(|chosen| chosen == value)
    }

    /// Every name and value, in the order they were sent.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A text for a request; null where nothing was typed.
    #[must_use]
    pub fn text(&self, name: &str) -> Value {
        match self.value(name) {
            "" => Value::Null,
            typed => json!(typed),
        }
    }

    /// A whole number for a request, in full-width digits too. What is none stays a text, so that
    /// the request is refused with the field's name.
    #[must_use]
    pub fn number(&self, name: &str) -> Value {
        let typed: String = self.value(name).nfkc().collect();
        match typed.trim() {
            "" => Value::Null,
            typed => typed.parse::<i64>().map_or_else(|_| json!(typed), |number| json!(number)),
        }
    }

    /// Whether a single box is ticked, for a request.
    #[must_use]
    pub fn flag(&self, name: &str) -> Value {
        json!(!self.value(name).is_empty())
    }

    /// The numbers below `of` as one member of a request: those that cannot be left out, and the others as far as they
    /// were typed.
    #[must_use]
    pub fn members(&self, of: &str, needed_ones: &[&str], others: &[&str]) -> Value {
        let mut object = Map::new();
        for name in needed_ones {
            object.insert((*name).to_owned(), needed(self.number(&format!("{of}.{name}"))));
        }
        for name in others {
            put(&mut object, name, self.number(&format!("{of}.{name}")));
        }
        Value::Object(object)
    }

    /// Everything chosen under one name, for a request.
    #[must_use]
    pub fn list(&self, name: &str) -> Value {
        json!(self.values(name).filter(|value| !value.is_empty()).collect::<Vec<_>>())
    }

    /// What is wrong with a field, in the reader's words.
    #[must_use]
    pub fn wrong(&self, name: &str) -> Option<&str> {
        self.wrong.get(name).map(String::as_str)
    }

    #[must_use]
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status.unwrap_or(StatusCode::OK)
    }

    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The same form with the reasons of a refusal beside its fields. The words of a field's reason
    /// are `trouble-{field}-{code}`, else `trouble-{code}`; those of the whole go by its code.
    ///
    /// # Errors
    /// Whatever is a fault and no refusal.
    pub fn refused(mut self, page: &Page, error: Error) -> Result<Self, Error> {
        let Error::Refused(refused) = error else { return Err(error) };
        let find = |key: String| fluent::find(page.language, &key.replace('_', "-"));
        for wrong in &refused.errors {
            let name = wrong.field.rsplit('.').next().unwrap_or_default();
            let name = name.split('[').next().unwrap_or_default();
            let message = find(format!("trouble-{name}-{}", wrong.code))
                .or_else(|| find(format!("trouble-{}", wrong.code)))
                .unwrap_or_else(|| page.t("trouble-invalid"));
            self.wrong.entry(wrong.field.clone()).or_insert(message);
        }
        let known = refused.errors.iter().any(|wrong| self.fields.iter().any(|(name, _)| *name == wrong.field));
        let whole = if known { None } else { self.wrong.values().next().cloned() };
        // Of the whole, `invalid` says no more than the marks beside the fields.
        let own = Some(refused.code).filter(|code| *code != "invalid");
        self.trouble = own
            .and_then(|code| find(format!("trouble-{code}")))
            .or(whole)
            .or_else(|| Some(page.t(if known { "trouble-fields" } else { "trouble-refused" })));
        // 401 would send the reader to the sign-in; the form is where they are to try again.
        let status = refused.status;
        self.status = Some(if status == StatusCode::UNAUTHORIZED { StatusCode::FORBIDDEN } else { status });
        self.retry_after = refused.retry_after;
        Ok(self)
    }

    /// Answers a refused form with its page: what was typed stands in it, the reasons beside its
    /// fields, and the answer has the refusal's status. `show` answers with the page of any form.
    ///
    /// # Errors
    /// Whatever is a fault and no refusal; what `show` says.
    pub async fn show_again<F>(
        self,
        page: Page,
        error: Error,
        show: impl FnOnce(Page, Self) -> F,
    ) -> Result<HttpResponse, Error>
    where
        F: Future<Output = Result<HttpResponse, Error>>,
    {
        let form = self.refused(&page, error)?;
        let (status, retry_after) = (form.status(), form.retry_after());
        let mut answer = show(page, form).await?;
        *answer.status_mut() = status;
        if let Some(seconds) = retry_after {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        Ok(answer)
    }
}

/// What cannot be left out of a request: nothing typed is told as wrong at its own field.
#[must_use]
pub fn needed(value: Value) -> Value {
    if value.is_null() { json!("") } else { value }
}

/// Enters what was typed into a request.
pub fn put(request: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        request.insert(name.to_owned(), value);
    }
}

impl FromRequest for Form {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_form = kind.split(';').next().is_some_and(|kind| kind.trim() == "application/x-www-form-urlencoded");
        let limit = request.app_data::<House>().map_or(65_536, |house| house.settings.server.body_limit);
        let payload = web::Payload::from_request(request, payload);
        let passed = authorize_first::authorized(request);
        Box::pin(async move {
            passed.await;
            if !is_form {
                return Err(NOT_A_FORM.into());
            }
            let payload = payload.await.map_err(|_| MALFORMED_FORM)?;
            let bytes = payload.to_bytes_limited(limit).await.map_err(|_| too_large(limit))?;
            let bytes = bytes.map_err(|_| MALFORMED_FORM)?;
            // Browsers send every line break of a text as CR LF; we keep one character.
            let fields = form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")))
                .collect();
            Ok(Self { fields, ..Self::default() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{FieldError, Refused};
    use crate::language::Language;

    fn page() -> Page {
        Page { language: Language::En, path: "/".to_owned(), person: None, flash: None }
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_says_why_beside_the_field() {
        let form = Form::filled([("email", "nobody"), ("seats", "３００")]);
        assert_eq!(form.number("seats"), json!(300));
        assert_eq!(form.number("email"), json!("nobody"));
        let refused = Refused::invalid(vec![FieldError::new("email", "mail_address", "must be a mail address")]);
        let form = form.refused(&page(), refused.into()).unwrap();
        assert_eq!(form.value("email"), "nobody");
        assert!(form.wrong("email").is_some_and(|message| message.contains("address")), "{form:?}");
        assert!(form.wrong("seats").is_none());
        assert_eq!(form.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn what_is_wrong_with_a_field_nobody_sees_is_told_above() {
        let refused = Refused::invalid(vec![FieldError::new("phases", "mail_address", "…")]);
        let form = Form::filled([("email", "x")]).refused(&page(), refused.into()).unwrap();
        assert!(form.trouble().is_some_and(|message| message.contains("address")), "{form:?}");
    }
}
