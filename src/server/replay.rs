//! `Idempotency-Key`: the same key and body get the first answer again, the same key with another
//! body is 409. See [`crate::once`] for why this survives a crash.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::{self, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use actix_web::{Error as HttpError, HttpResponse};
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

use crate::accounts::access_token;
use crate::app::{App, House};
use crate::body::too_large;
use crate::error::{Error, FieldError, Refused};
use crate::once::{self, Claim};

/// Carries out a request with an `Idempotency-Key` once; others pass through.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    // Answers to a sign-in are secrets and are not kept; its requests bring their own protection
    // against being said twice.
    if request.path().starts_with("/api/v1/auth/") {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let key = request.headers().get("idempotency-key").map(|key| key.as_bytes().to_vec());
    let (Some(key), &Method::POST, Some(house)) = (key, request.method(), request.app_data::<House>().cloned()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let claim = match claim_of(&mut request, &house, &key).await {
        Ok(claim) => Arc::new(claim),
        Err(refused) => return Ok(request.error_response(refused)),
    };
    match replayed(&house, &claim).await {
        Ok(Some(answer)) => return Ok(request.into_response(answer)),
        Ok(None) => {}
        Err(refused) => return Ok(request.error_response(refused)),
    }
    let response = once::with_claim(Arc::clone(&claim), next.call(request)).await?;
    if !claim.taken.load(Ordering::SeqCst) || !response.status().is_success() {
        return Ok(response.map_into_boxed_body());
    }
    keep(&house, claim, response).await
}

async fn claim_of(request: &mut ServiceRequest, house: &House, key: &[u8]) -> Result<Claim, Error> {
    if key.is_empty() || key.len() > 200 {
        let wrong = FieldError::new("Idempotency-Key", "invalid", "1 to 200 characters");
        return Err(Refused::invalid(vec![wrong]).into());
    }
    let limit = house.settings.server.upload_limit;
    let payload = request.extract::<web::Payload>().await.map_err(|_| too_large(limit))?;
    let bytes = payload.to_bytes_limited(limit).await.map_err(|_| too_large(limit))?;
    let bytes = bytes.map_err(|_| Refused::malformed("unreadable_body", "The body could not be read to its end."))?;
    let mut who = Sha256::new();
    for part in [asker(request, house).as_slice(), request.path().as_bytes(), key] {
        who.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        who.update(part);
    }
    request.set_payload(Payload::from(bytes.clone()));
    Ok(Claim {
        claim: who.finalize().to_vec(),
        request_digest: Sha256::digest(&bytes).to_vec(),
        at: house.now(),
        taken: AtomicBool::new(false),
    })
}

/// The account, so that a retry with a fresh token is still the same request; else the device or
/// the session.
fn asker(request: &ServiceRequest, house: &House) -> Vec<u8> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let account = header(AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| access_token::read(house, token));
    match account {
        Some(claims) => claims.sub.as_bytes().to_vec(),
        None => header(AUTHORIZATION).or_else(|| header(COOKIE)).unwrap_or_default().as_bytes().to_vec(),
    }
}

async fn replayed(house: &House, claim: &Arc<Claim>) -> Result<Option<HttpResponse>, Error> {
    let wanted = Arc::clone(claim);
    let kept = house
        .run(async move |app| Ok(once::Entity::find_by_id(wanted.claim.clone()).one(app.database.reader()).await?))
        .await?;
    let Some(kept) = kept else { return Ok(None) };
    if kept.request_digest != claim.request_digest {
        let detail = "This Idempotency-Key was used for another request.";
        return Err(Refused::conflict("idempotency_key_reused", detail).into());
    }
    let status = kept.status.and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        let detail = "The request was carried out, or is just being; its answer is not there. Read what it made.";
        return Err(Refused::conflict("answer_lost", detail).into());
    };
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CONTENT_TYPE, "application/json")).insert_header(("Idempotent-Replayed", "true"));
    Ok(Some(answer.body(kept.answer.unwrap_or_default())))
}

async fn keep(
    house: &House,
    claim: Arc<Claim>,
    response: ServiceResponse<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, HttpError> {
    let status = response.status();
    let (request, response) = response.into_parts();
    let (response, answer) = response.into_parts();
    let answer: Bytes = body::to_bytes(answer).await.unwrap_or_default();
    let stored = answer.to_vec();
    let kept = house
        .run(async move |app| {
            let txn = app.database.begin_write().await?;
            // Of a verb that found nothing to do no claim is left, and nothing needs repeating.
            once::Entity::update_many()
                .col_expr(once::Column::Status, Expr::value(i32::from(status.as_u16())))
                .col_expr(once::Column::Answer, Expr::value(stored))
                .filter(once::Column::Claim.eq(claim.claim.clone()))
                .exec(&txn)
                .await?;
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
    let old = || once::Column::At.lte(until);
    if once::Entity::find().filter(old()).one(app.database.reader()).await?.is_none() {
        return Ok(());
    }
    let txn = app.database.begin_write().await?;
    once::Entity::delete_many().filter(old()).exec(&txn).await?;
    txn.commit().await
}
