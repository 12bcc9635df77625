//! `Idempotency-Key`: the same key and body get the first answer again, the same key with another
//! body is 409. See [`crate::idempotency`] for why this survives a crash.
//!
//! Nothing is read of a request before whoever asks was judged: its body is digested as the call
//! itself reads it. What is kept says nothing to a reader of the database, and to a reader of the
//! secrets nothing without the key that the asker made up: claims and digests are keyed, answers are
//! sealed under both. Answers that are themselves secrets are not kept at all ([`is_secret`]).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error as HttpError, HttpMessage, HttpRequest, HttpResponse};
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use futures_util::{Stream, StreamExt};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use crate::accounts::access_token;
use crate::accounts::signed_in::SignedIn;
use crate::app::{App, House};
use crate::body::too_large;
use crate::calls::is_call;
use crate::error::refusal::UNREADABLE_BODY;
use crate::error::{Error, FieldError, Refused};
use crate::events::access::Desk;
use crate::goods::access::Shop;
use crate::idempotency::{self, Claim, Keeper};

const CLAIM: &str = "queqiao/once/claim/v1";
const REQUEST: &str = "queqiao/once/request/v1";
const ANSWER: &str = "queqiao/once/answer/v1";

/// Whether a call answers with what opens a door (tokens of a session, a device, a shop, a second factor), or
/// with what takes a fresh proof to read: such an answer is not kept, its request brings its own
/// protection against being said twice.
fn is_secret(path: &str) -> bool {
    let opens_a_letter = path.starts_with("/api/v1/admin/outbox/") && path.ends_with("/open");
    // Each look is judged anew and on record: what is allowed may be taken back.
    let looks_up_contact = path.starts_with("/api/v1/couples/") && path.ends_with("/contact");
    path.starts_with("/api/v1/auth/")
        || path.starts_with("/api/v1/me/second-factor")
        || ["/api/v1/devices/pair", "/api/v1/shops/pair", "/api/v1/me/export"].contains(&path)
        || opens_a_letter
        || looks_up_contact
}

/// Whether a call gives the same however often it is made: it needs no claim, and a retry after a crash
/// goes on where it was cut off.
fn repeats_itself(path: &str) -> bool {
    path.contains("/pick-rounds/") && path.ends_with("/close")
}

/// Whether a POST to this path is carried out once under its key.
#[must_use]
pub fn takes_keys(path: &str) -> bool {
    is_call(path) && !is_secret(path) && !repeats_itself(path)
}

/// What tells one request with a key from another.
#[derive(Clone)]
struct KeyedRequest {
    house: House,
    /// Who asks, where, and with which key.
    parts: [Vec<u8>; 3],
}

impl KeyedRequest {
    /// None where the request carries no key, or none that counts.
    fn of(request: &ServiceRequest) -> Result<Option<Self>, Error> {
        let counts = takes_keys(request.path()) && request.method() == Method::POST;
        let key = request.headers().get("idempotency-key").filter(|_| counts);
        let (Some(key), Some(house)) = (key, request.app_data::<House>()) else { return Ok(None) };
        // Whoever says nothing of themselves is refused before anything is done.
        let Some(asker) = asker(request, house) else { return Ok(None) };
        if key.is_empty() || key.len() > 200 {
            let wrong = FieldError::new("Idempotency-Key", "invalid", "1 to 200 characters");
            return Err(Refused::invalid(vec![wrong]).into());
        }
        let parts = [asker, request.path().as_bytes().to_vec(), key.as_bytes().to_vec()];
        Ok(Some(Self { house: house.clone(), parts }))
    }

    fn parts(&self) -> [&[u8]; 3] {
        let [who, place, key] = &self.parts;
        [who, place, key]
    }

    /// The same whichever key seals: a request is not carried out again because a key was dropped.
    fn claim(&self) -> Vec<u8> {
        self.house.secrets.lasting_mac(CLAIM, &self.parts())
    }

    /// The purpose is part of what the key is derived from: without what the asker sent there is none.
    fn purpose(&self) -> String {
        let mut sent = Sha256::new();
        for part in self.parts() {
            sent.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            sent.update(part);
        }
        format!("{ANSWER}/{}", HEXLOWER.encode(&sent.finalize()))
    }

    fn is_same(&self, kept: &idempotency::Model, body: &[u8]) -> bool {
        // Of a call that wants no body nothing is kept to compare.
        kept.request_digest.is_empty() || kept.request_digest == self.request_digest(body)
    }
}

impl Keeper for KeyedRequest {
    fn request_digest(&self, body: &[u8]) -> Vec<u8> {
        let [who, place, key] = self.parts();
        self.house.secrets.lasting_mac(REQUEST, &[who, place, key, body])
    }

    fn seal(&self, claim: &[u8], answer: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.house.secrets.seal(&self.purpose(), claim, answer)
    }
}

/// Carries out a request with an `Idempotency-Key` once; others pass through.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let keyed = match KeyedRequest::of(&request) {
        Ok(Some(keyed)) => keyed,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(refused) => return Ok(request.error_response(refused)),
    };
    match find_claim(&keyed).await {
        Ok(None) => {}
        Ok(Some(kept)) => {
            return Ok(match repeated(&keyed, &mut request, kept).await {
                Ok(answer) => request.into_response(answer),
                Err(refused) => request.error_response(refused),
            });
        }
        Err(fault) => return Ok(request.error_response(fault)),
    }
    let claim = Arc::new(Claim::new(keyed.claim(), keyed.house.now(), Box::new(keyed.clone())));
    claim.reads(asked_for(&request).as_bytes());
    let read = Digested { body: request.take_payload(), claim: Arc::clone(&claim) };
    request.set_payload(Payload::Stream { payload: Box::pin(read) });
    let response = idempotency::with_claim(Arc::clone(&claim), next.call(request)).await?;
    if !claim.wants_an_answer() || !response.status().is_success() {
        return Ok(response.map_into_boxed_body());
    }
    keep(&keyed.house, claim, response).await
}

/// The query is as much of the request as its body.
fn asked_for(request: &ServiceRequest) -> String {
    format!("{}\n", request.query_string())
}

/// A body that is digested as it is read.
struct Digested {
    body: Payload,
    claim: Arc<Claim>,
}

impl Stream for Digested {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.body).poll_next(context);
        match &read {
            Poll::Ready(Some(Ok(chunk))) => this.claim.reads(chunk),
            Poll::Ready(None) => this.claim.has_read(),
            _ => {}
        }
        read
    }
}

/// The account, so that a retry with a fresh token is still the same request; else the device or
/// the session. None where nobody says who they are.
fn asker(request: &ServiceRequest, house: &House) -> Option<Vec<u8>> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let account = header(AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| access_token::read(house, token));
    match account {
        Some(claims) => Some(claims.sub.as_bytes().to_vec()),
        None => header(AUTHORIZATION).or_else(|| header(COOKIE)).map(|value| value.as_bytes().to_vec()),
    }
}

async fn find_claim(keyed: &KeyedRequest) -> Result<Option<idempotency::Model>, Error> {
    let claim = idempotency::Entity::find().filter(idempotency::Column::Claim.eq(keyed.claim()));
    keyed.house.ask(async move |app| claim.one(app.database.reader()).await).await
}

/// Whether whoever asks would still be let in: a token outlives the sign-in it belongs to, and a desk or a shop
/// that was sent away still shows its own.
async fn is_known(request: &HttpRequest) -> Result<bool, Error> {
    Ok(SignedIn::if_any(request).await?.is_some()
        || Desk::of_device(request).await?.is_some()
        || Shop::of_request(request).await?.is_some())
}

/// The first answer again; the body is read for its digest alone and held nowhere.
async fn repeated(
    keyed: &KeyedRequest,
    request: &mut ServiceRequest,
    kept: idempotency::Model,
) -> Result<HttpResponse, Error> {
    if !is_known(request.request()).await? {
        return Err(Refused::not_signed_in().into());
    }
    let mut digest = Sha256::new_with_prefix(asked_for(request));
    let (mut body, mut left) = (request.take_payload(), keyed.house.settings.server.upload_limit);
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| UNREADABLE_BODY)?;
        left = left.checked_sub(chunk.len()).ok_or_else(|| too_large(keyed.house.settings.server.upload_limit))?;
        digest.update(&chunk);
    }
    if !keyed.is_same(&kept, &digest.finalize()) {
        return Err(idempotency::IDEMPOTENCY_KEY_REUSED.into());
    }
    let status = kept.status.and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
    let opened = kept.answer.map(|sealed| keyed.house.secrets.open(&keyed.purpose(), &kept.claim, &sealed));
    let (Some(status), Some(Ok(answer))) = (status, opened) else {
        return Err(idempotency::ANSWER_LOST.into());
    };
    let mut response = HttpResponse::build(status);
    response.insert_header(("Idempotent-Replayed", "true"));
    if answer.is_empty() {
        return Ok(response.finish());
    }
    Ok(response.insert_header((CONTENT_TYPE, "application/json")).body(answer.to_vec()))
}

async fn keep(
    house: &House,
    claim: Arc<Claim>,
    response: ServiceResponse<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let status = response.status().as_u16();
    let (request, response) = response.into_parts();
    let (response, answer) = response.into_parts();
    let answer: Bytes = body::to_bytes(answer).await.unwrap_or_default();
    let owned = answer.to_vec();
    let kept = house
        .run(async move |app| {
            let txn = app.database.begin_write().await?;
            idempotency::keep(&txn, &claim, (status, owned)).await?;
            txn.commit().await
        })
        .await;
    if let Err(fault) = kept {
        // The work is done and told; only a retry will have to read instead of replay.
        tracing::error!(?fault, "an answer was not kept for replay");
    }
    Ok(ServiceResponse::new(request, response.set_body(answer).map_into_boxed_body()))
}

/// Forgets answers that are older than `retention.replays_hours`: they hold what was told to whoever
/// asked, and nobody repeats a request for days.
///
/// # Errors
/// Only faults.
pub async fn forget(app: &App) -> Result<(), Error> {
    let until = app.now() - TimeDelta::hours(app.settings.retention.replays_hours.max(1).into());
    let old = || idempotency::Column::At.lte(until);
    if idempotency::Entity::find().filter(old()).one(app.database.reader()).await?.is_none() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    idempotency::Entity::delete_many().filter(old()).exec(&txn).await?;
    txn.commit().await
}
