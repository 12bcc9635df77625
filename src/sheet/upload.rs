//! An uploaded table as an argument of a handler, and what is wrong with its rows as an answer.

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, dev, web};
use futures_util::StreamExt;
use futures_util::future::{Ready, ready};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Sheet, Unreadable, refusals};
use crate::app::House;
use crate::body::too_large;
use crate::error::refusal::{NOT_A_FORM, UNREADABLE_BODY};
use crate::error::{Error, Fault, Refused};
use crate::turns::Turns;

/// The most faulty rows one answer lists.
const MOST_ERRORS: usize = 200;
/// The boxes and words that may stand beside a file, and the bytes of one of them.
const MOST_FIELDS: usize = 20;
const LONGEST_FIELD: usize = 64 * 1024;
/// What browsers and scripts call a CSV or an XLSX; what it is, its bytes decide.
const TABLES: [&str; 6] = [
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
];

/// Tables being read at once: each takes a core, and memory by the ten megabytes.
const AT_ONCE: usize = 2;

/// Where tables are read, in this process.
struct Desk(Turns);

impl Default for Desk {
    fn default() -> Self {
        Self(Turns::new(AT_ONCE))
    }
}

/// Reads a table on a thread that may take its time, in turn with those of others.
async fn read(house: &House, who: Uuid, bytes: Vec<u8>) -> Result<Sheet, Error> {
    let turn = house.extensions.get_or_default::<Desk>().0.take(who).await?;
    let reading = tokio::task::spawn_blocking(move || {
        // With the work, not with who waits for it.
        let _turn = turn;
        Sheet::read(&bytes)
    });
    Ok(reading.await.map_err(Fault::of)??)
}

/// A table on its way in: the whole body, or the first file of a form (`multipart/form-data`). Nothing of it is read
/// before the handler asks, which is after it is settled who may upload at all.
pub struct Upload {
    request: HttpRequest,
    payload: dev::Payload,
}

impl Upload {
    /// Receives the table and reads it.
    ///
    /// # Errors
    /// 400, 413, 415 and 422, the latter three also as [`Unreadable`] says; 429 where many of this
    /// person's wait already.
    pub async fn sheet(self, who: Uuid) -> Result<Sheet, Error> {
        let house = self.house()?;
        let bytes = self.bytes(&house).await?;
        read(&house, who, bytes).await
    }

    /// As [`Upload::sheet`], of a form whose other fields stand before the file.
    ///
    /// # Errors
    /// As [`Upload::sheet`]; 415 where it is no such form.
    pub async fn filled(self, who: Uuid) -> Result<(Vec<(String, String)>, Sheet), Error> {
        let house = self.house()?;
        let headers = self.request.headers();
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            return Err(NOT_A_FORM.saying("A form with a file must be multipart/form-data.").into());
        }
        let limit = house.settings.server.upload_limit;
        let (fields, bytes) = first_file(Multipart::new(headers, self.payload), limit).await?;
        Ok((fields, read(&house, who, bytes).await?))
    }

    fn house(&self) -> Result<House, Error> {
        Ok(self.request.app_data::<House>().cloned().ok_or_else(Refused::not_found)?)
    }

    async fn bytes(mut self, house: &House) -> Result<Vec<u8>, Error> {
        let headers = self.request.headers();
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let limit = house.settings.server.upload_limit;
        if kind == "multipart/form-data" {
            return Ok(first_file(Multipart::new(headers, self.payload), limit).await?.1);
        }
        if !TABLES.contains(&kind.as_str()) {
            return Err(refusals::NOT_A_TABLE
                .saying("Send a CSV or an XLSX, as the body or as a file of a form.")
                .into());
        }
        let whole = web::Payload::from_request(&self.request, &mut self.payload).await.map_err(|_| UNREADABLE_BODY)?;
        let bytes = whole.to_bytes_limited(limit).await.map_err(|_| too_large(limit))?;
        Ok(bytes.map_err(|_| UNREADABLE_BODY)?.to_vec())
    }
}

impl FromRequest for Upload {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

/// The first file of a form, and the fields before it.
async fn first_file(mut form: Multipart, limit: usize) -> Result<(Vec<(String, String)>, Vec<u8>), Error> {
    let mut fields = Vec::new();
    let (mut file, mut parts) = (None, 0);
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|_| UNREADABLE_BODY)?;
        let described = field.content_disposition();
        let is_file = described.is_some_and(|described| described.get_filename().is_some());
        let name = described.and_then(|described| described.get_name()).unwrap_or_default().to_owned();
        let is_file = is_file || name == "file";
        let limit = if is_file && file.is_none() { limit } else { LONGEST_FIELD };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.next().await {
            bytes.extend_from_slice(&chunk.map_err(|_| UNREADABLE_BODY)?);
            if bytes.len() > limit {
                return Err(too_large(limit));
            }
        }
        parts += 1;
        if parts > MOST_FIELDS {
            return Err(too_large(limit));
        }
        // Read to its end, whatever comes behind the file: what a request with a key says is all of it.
        match file {
            None if is_file => file = Some(bytes),
            None => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            Some(_) => {}
        }
    }
    let file = file.ok_or(refusals::NO_FILE)?;
    Ok((fields, file))
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        let refused = unreadable.refusal().saying(unreadable.to_string());
        let refused = match &unreadable {
            Unreadable::MissingColumns { fields } => refused.with("fields", json!(fields)),
            Unreadable::ColumnTwice { field } => refused.with("fields", json!([field])),
            _ => refused,
        };
        match unreadable.line() {
            Some(line) => refused.with("line", line).into(),
            None => refused.into(),
        }
    }
}

/// What is wrong with one cell of an uploaded table. Tells where, never what stood there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowError {
    /// As the spreadsheet or the editor counts, from 1.
    pub line: u32,
    pub field: &'static str,
    pub code: &'static str,
    pub message: String,
}

/// 422 `invalid_rows` with the first 200 faults as `errors`, and how many there are as `errors_total`.
#[must_use]
pub fn invalid_rows(errors: &[RowError]) -> Refused {
    let first_errors: Vec<&RowError> = errors.iter().take(MOST_ERRORS).collect();
    refusals::INVALID_ROWS.with("errors", json!(first_errors)).with("errors_total", errors.len())
}
