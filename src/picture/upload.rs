//! Photos on their way in, as an argument of a handler: in a form (`multipart/form-data`), or one as
//! the whole body.

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::{Ready, ready};
use futures_util::{Stream, StreamExt};
use queqiao_photos::{Developed, MOST_MEMORY, Spoilt, develop, weigh};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::app::House;
use crate::body::too_large;
use crate::error::refusal::{NOT_A_FORM, UNREADABLE_BODY};
use crate::error::{Error, Fault, FieldError, Refused};
use crate::page::form::{self, Form};
use crate::turns::Turns;

/// What a phone takes at its best, in bytes. Our own page sends much less.
const LARGEST_PHOTO: usize = 12 << 20;
/// The most bytes of everything typed.
const LONGEST_TEXT: usize = 65_536;
/// The most parts a form of ours has.
const MOST_PARTS: usize = 40;

/// Photos being developed at once: each takes a core, and together they have [`MOST_MEMORY`].
const AT_ONCE: usize = 2;
const MEGABYTE: u64 = 1 << 20;

impl From<Spoilt> for Error {
    fn from(spoilt: Spoilt) -> Self {
        let (code, message) = match spoilt {
            Spoilt::NotAPhoto => ("not_a_photo", "must be a JPEG, PNG or WebP"),
            Spoilt::TooManyPixels => ("too_many_pixels", "at most 25 million pixels, and a photo's worth of bytes"),
            Spoilt::Broken => ("broken_photo", "cannot be read to its end"),
        };
        Refused::invalid(vec![FieldError::new("photo", code, message)]).into()
    }
}

/// Where photos are developed, in this process.
struct Darkroom {
    turns: Turns,
    /// Megabytes of pixels.
    space: Semaphore,
}

impl Default for Darkroom {
    fn default() -> Self {
        Self { turns: Turns::new(AT_ONCE), space: Semaphore::new(megabytes(MOST_MEMORY) as usize) }
    }
}

fn megabytes(bytes: u64) -> u32 {
    u32::try_from(bytes.min(MOST_MEMORY).div_ceil(MEGABYTE)).unwrap_or(u32::MAX)
}

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
    /// Receives a form and develops its photos, at most `most`, in turn with those of others. A body that
    /// is a picture is a form with nothing but this photo. `may` is whether this person may put up a photo
    /// here and now: where not, none is unpacked, and that is what is wrong with them.
    ///
    /// # Errors
    /// 415 where it is no such form, 413 where it is too large, 400 where it breaks off, 429 where many
    /// of this person's wait already.
    pub async fn receive(self, who: Uuid, most: usize, may: Result<(), Error>) -> Result<Received, Error> {
        let house = self.request.app_data::<House>().cloned().ok_or_else(Refused::not_found)?;
        let headers = self.request.headers();
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if PICTURES.contains(&kind.as_str()) {
            return alone(&house, who, may, self.payload).await;
        }
        if kind != "multipart/form-data" {
            return Err(NOT_A_FORM.saying("Send multipart/form-data, or one photo as the body.").into());
        }
        let mut parts = Multipart::new(headers, self.payload);
        let (mut typed, mut photos, mut count) = (Vec::new(), may.map(|()| Vec::new()), 0);
        let mut text_left = LONGEST_TEXT;
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| UNREADABLE_BODY)?;
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
                let text = String::from_utf8(text).map_err(|_| UNREADABLE_BODY)?;
                typed.push((name, form::typed(&text)));
                continue;
            }
            let bytes = read(part, LARGEST_PHOTO).await?;
            // A field where nothing was chosen comes as an empty file.
            if !bytes.is_empty() {
                photos = add(&house, who, photos, bytes, most).await;
            }
        }
        // Named, so that the form finds the field that is wrong.
        typed.push(("photo".to_owned(), String::new()));
        Ok(Received { form: Form::filled(typed), photos })
    }
}

/// One photo that is the whole body.
async fn alone(house: &House, who: Uuid, may: Result<(), Error>, body: dev::Payload) -> Result<Received, Error> {
    let bytes = read(body, LARGEST_PHOTO).await?;
    let none = may.map(|()| Vec::new());
    let photos = if bytes.is_empty() { none } else { add(house, who, none, bytes, 1).await };
    Ok(Received { form: Form::filled([("photo", String::new())]), photos })
}

async fn add(
    house: &House,
    who: Uuid,
    photos: Result<Vec<Developed>, Error>,
    bytes: Vec<u8>,
    most: usize,
) -> Result<Vec<Developed>, Error> {
    let mut photos = photos?;
    if photos.len() >= most {
        return Err(
            Refused::invalid(vec![FieldError::new("photo", "too_many_photos", format!("at most {most}"))]).into()
        );
    }
    // What is not to be unpacked waits for nobody.
    let weight = weigh(&bytes)?;
    let darkroom = house.extensions.get_or_default::<Darkroom>();
    let turn = darkroom.turns.take(who).await?;
    let developed = tokio::task::spawn(async move {
        // With the work, not with who waits for it: somebody who goes away must not let others in on top.
        let _turn = turn;
        let _space = darkroom.space.acquire_many(megabytes(weight)).await.map_err(Fault::of)?;
        let developed = tokio::task::spawn_blocking(move || develop(&bytes)).await.map_err(Fault::of)?;
        Ok::<_, Error>(developed?)
    });
    photos.push(developed.await.map_err(Fault::of)??);
    Ok(photos)
}

async fn read<E>(mut part: impl Stream<Item = Result<Bytes, E>> + Unpin, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| UNREADABLE_BODY)?);
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
