//! Whether the house stands (`/healthz`), may take guests (`/readyz`), and how busy it is (`/metrics`).

use actix_web::http::header::{AUTHORIZATION, RETRY_AFTER};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse, get};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret;
use std::sync::OnceLock;
use subtle::ConstantTimeEq;

use super::lifecycle::Leaving;
use crate::app::House;
use crate::error::{Error, Refused};

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

pub fn pages(config: &mut ServiceConfig) {
    config.service(healthz).service(readyz).service(metrics);
}

/// Starts counting. Once a process: the figures are the process's.
pub fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER
        .get_or_init(|| {
            let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
            PrometheusBuilder::new().set_buckets(&seconds).ok()?.install_recorder().ok()
        })
        .as_ref()
}

#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("alive")
}

#[get("/readyz")]
async fn readyz(house: House) -> Result<HttpResponse, Error> {
    let verdict = if house.extensions.get_or_default::<Leaving>().is_so() {
        Some("this process is about to close".to_owned())
    } else {
        house.run(async move |app| Ok(app.database.readiness().await)).await?
    };
    Ok(match verdict {
        None => HttpResponse::Ok().content_type("text/plain").body("ready"),
        Some(why) => {
            HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, 2)).content_type("text/plain").body(why)
        }
    })
}

#[get("/metrics")]
async fn metrics(house: House, request: HttpRequest) -> Result<HttpResponse, Error> {
    if !may_read(&house, &request) {
        return Err(Refused::not_found().into());
    }
    let figures = recorder().map(PrometheusHandle::render).unwrap_or_default();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(figures))
}

/// With a token configured: who shows it. Without: who asks from this machine, not through a proxy.
fn may_read(house: &House, request: &HttpRequest) -> bool {
    let token = house.settings.server.metrics_token.expose_secret();
    if token.is_empty() {
        let local = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback());
        return local && !request.headers().contains_key("x-forwarded-for");
    }
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    header
        .and_then(|header| header.strip_prefix("Bearer "))
        .is_some_and(|header| bool::from(header.as_bytes().ct_eq(token.as_bytes())))
}
