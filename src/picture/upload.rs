//! Photos on their way in, as an argument of a handler: in a form (`multipart/form-data`), or one as
//! the whole body.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::{Ready, ready};
use futures_util::{Stream, StreamExt};
use tokio::sync::Semaphore;

use super::develop::{Developed, develop};
use crate::body::too_large;
use crate::error::{Error, FieldError, Refused};
use crate::page::form::Form;

/// What a phone takes at its best, in bytes. Our own page sends much less.
const LARGEST_PHOTO: usize = 12 << 20;
/// The most bytes of everything typed.
const LONGEST_TEXT: usize = 65_536;
/// The most parts a form of ours has.
const MOST_PARTS: usize = 40;

/// Photos being developed at once, in this process: each takes a core, and memory by the hundred
/// megabytes where somebody tries what goes in.
static DARKROOM: Semaphore = Semaphore::const_new(2);

/// What a photo may be said to be; what it is, its bytes decide.
const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// A form on its way in. Nothing of it is read before the handler asks, which is after it is settled
/// who may upload at all.
pub struct PhotoForm {
    request: HttpRequest,
    payload: dev::Payload,
}

/// What was typed, and the photos or what is wrong with them: what was typed is there either way.
pub struct Received {
    pub form: Form,
    pub photos: Result<Vec<Developed>, Error>,
}

impl PhotoForm {
    /// Receives a form and develops its photos, at most `most`. A body that is a picture is a form with
    /// nothing but this photo.
    ///
    /// # Errors
    /// 415 where it is no such form, 413 where it is too large, 400 where it breaks off.
    pub async fn receive(self, most: usize) -> Result<Received, Error> {
        let headers = self.request.headers();
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if PICTURES.contains(&kind.as_str()) {
            return alone(self.payload).await;
        }
        if kind != "multipart/form-data" {
            let detail = "Send multipart/form-data, or one photo as the body.";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_a_form", detail).into());
        }
        let mut parts = Multipart::new(headers, self.payload);
        let (mut typed, mut photos, mut count) = (Vec::new(), Ok(Vec::new()), 0);
        let mut text_left = LONGEST_TEXT;
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| broken())?;
            count += 1;
            if count > MOST_PARTS {
                return Err(too_large(LONGEST_TEXT));
            }
            let described = part.content_disposition();
            let is_file = described.is_some_and(|described| described.get_filename().is_some());
            let name = part.name().unwrap_or_default().to_owned();
            if !is_file {
                let text = read(part, text_left).await?;
                text_left -= text.len();
                let text = String::from_utf8(text).map_err(|_| broken())?;
                typed.push((name, text.replace("\r\n", "\n")));
                continue;
            }
            let bytes = read(part, LARGEST_PHOTO).await?;
            // A field where nothing was chosen comes as an empty file.
            if !bytes.is_empty() {
                photos = add(photos, bytes, most).await;
            }
        }
        // Named, so that the form finds the field that is wrong.
        typed.push(("photo".to_owned(), String::new()));
        Ok(Received { form: Form::filled(typed), photos })
    }
}

/// One photo that is the whole body.
async fn alone(body: dev::Payload) -> Result<Received, Error> {
    let bytes = read(body, LARGEST_PHOTO).await?;
    let photos = if bytes.is_empty() { Ok(Vec::new()) } else { add(Ok(Vec::new()), bytes, 1).await };
    Ok(Received { form: Form::filled([("photo", String::new())]), photos })
}

async fn add(photos: Result<Vec<Developed>, Error>, bytes: Vec<u8>, most: usize) -> Result<Vec<Developed>, Error> {
    let mut photos = photos?;
    if photos.len() >= most {
        return Err(
            Refused::invalid(vec![FieldError::new("photo", "too_many_photos", format!("at most {most}"))]).into()
        );
    }
    let _place = DARKROOM.acquire().await.map_err(Error::fault)?;
    photos.push(tokio::task::spawn_blocking(move || develop(&bytes)).await.map_err(Error::fault)??);
    Ok(photos)
}

async fn read<E>(mut part: impl Stream<Item = Result<Bytes, E>> + Unpin, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| broken())?);
        if bytes.len() > limit {
            return Err(too_large(limit));
        }
    }
    Ok(bytes)
}

impl FromRequest for PhotoForm {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

fn broken() -> Error {
    Refused::malformed("unreadable_body", "The body could not be read to its end.").into()
}
