//! The files the binary carries. Their addresses change with their content, so a browser may keep
//! them for ever.

use std::borrow::Cow;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETag, EntityTag, IfNoneMatch};
use actix_web::web::{Header, Path, Query, ServiceConfig};
use actix_web::{HttpResponse, get};
use data_encoding::HEXLOWER;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;

use crate::error::{Error, Refused};

#[derive(RustEmbed)]
#[folder = "../../assets/"]
struct Assets;

#[derive(Deserialize)]
struct VersionQuery {
    v: Option<String>,
}

/// The address of a file, with its version.
#[must_use]
pub fn address(name: &str) -> Cow<'static, str> {
    match Assets::get(name) {
        Some(file) => format!("/assets/{name}?v={}", version(&file)).into(),
        None => format!("/assets/{name}").into(),
    }
}

/// The bytes of a file that must lie at an address of its own.
#[must_use]
pub fn bytes(name: &str) -> Option<Cow<'static, [u8]>> {
    Assets::get(name).map(|file| file.data)
}

fn version(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    HEXLOWER.encode(hash.first_chunk::<6>().unwrap_or(&[0; 6]))
}

pub fn pages(config: &mut ServiceConfig) {
    config.service(asset).service(favicon);
}

#[get("/assets/{name}")]
async fn asset(
    name: Path<String>,
    wanted: Query<VersionQuery>,
    unless: Header<IfNoneMatch>,
) -> Result<HttpResponse, Error> {
    let file = Assets::get(&name).ok_or_else(Refused::not_found)?;
    let version = version(&file);
    // A version that is not this one may come from an older page; it must not be remembered as new.
    let known = wanted.v.as_deref() == Some(version.as_str());
    // Modules name each other without a version; they are asked for again, and sent once.
    let mark = EntityTag::new_strong(version);
    if matches!(&*unless, IfNoneMatch::Items(held) if held.iter().any(|held| held.weak_eq(&mark))) {
        return Ok(HttpResponse::NotModified().insert_header(ETag(mark)).finish());
    }
    let keep = if known { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, keep)).insert_header((CONTENT_TYPE, kind)).insert_header(ETag(mark));
    Ok(answer.body(file.data))
}

/// Browsers ask for it by themselves.
#[get("/favicon.ico")]
async fn favicon() -> HttpResponse {
    super::see(&address("icon.svg"))
}
