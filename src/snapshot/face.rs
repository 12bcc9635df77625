//! What a snapshot looks like: one answer for each kind of content and language, compressed once and known by a
//! mark (a strong `ETag`), so that whoever holds it is not sent it again.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, Encoding, Header,
    HeaderValue, IF_NONE_MATCH, VARY,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::BASE64URL_NOPAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::error::Fault;
use crate::language::Language;

/// The answers of one snapshot, by the kind of content and the language.
#[derive(Default)]
pub(super) struct Faces {
    made: HashMap<(&'static str, Language), Arc<Face>>,
    /// Those of the snapshot before: most of the time nothing has changed.
    former: HashMap<(&'static str, Language), Arc<Face>>,
}

/// One answer, ready to be sent.
pub(super) struct Face {
    kind: HeaderValue,
    plain: Packed,
    gzip: Packed,
}

struct Packed {
    body: Bytes,
    mark: HeaderValue,
}

impl Faces {
    /// None yet, and those known until now at hand for what says the same.
    pub(super) fn after(before: &Self) -> Self {
        let known = before.former.iter().chain(&before.made);
        Self { made: HashMap::new(), former: known.map(|(kind, face)| (*kind, Arc::clone(face))).collect() }
    }

    /// The one of this kind and language, written where nobody has asked for it yet.
    pub(super) fn face(
        &mut self,
        kind: &'static str,
        language: Language,
        write: impl FnOnce() -> Result<String, Fault>,
    ) -> Result<Arc<Face>, Fault> {
        if let Some(face) = self.made.get(&(kind, language)) {
            return Ok(Arc::clone(face));
        }
        let face = Face::of(kind, write()?, self.former.remove(&(kind, language)))?;
        self.made.insert((kind, language), Arc::clone(&face));
        Ok(face)
    }
}

impl Face {
    /// The former one where it says the same.
    fn of(kind: &'static str, text: String, former: Option<Arc<Self>>) -> Result<Arc<Self>, Fault> {
        if let Some(former) = former.filter(|former| former.plain.body == text.as_bytes()) {
            return Ok(former);
        }
        let digest = Sha256::digest(&text);
        let digest = BASE64URL_NOPAD.encode(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
        let mark = |suffix: &str| HeaderValue::from_str(&format!("\"{digest}{suffix}\"")).map_err(Fault::of);
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(text.as_bytes()).map_err(Fault::of)?;
        let packed = packer.finish().map_err(Fault::of)?;
        Ok(Arc::new(Self {
            kind: HeaderValue::from_static(kind),
            gzip: Packed { body: packed.into(), mark: mark("-gzip")? },
            plain: Packed { body: text.into(), mark: mark("")? },
        }))
    }

    pub(super) fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let gzip = takes_gzip(request);
        let packed = if gzip { &self.gzip } else { &self.plain };
        let is_held = holds(request, &packed.mark);
        let mut answer = HttpResponse::new(if is_held { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        let headers = answer.headers_mut();
        headers.insert(ETAG, packed.mark.clone());
        // Kept, and asked for again each time. Whoever signs in meanwhile has a page of their own.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language, Authorization, Cookie"));
        if is_held {
            return answer;
        }
        headers.insert(CONTENT_TYPE, self.kind.clone());
        if gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        } else if request.headers().contains_key(ACCEPT_ENCODING) {
            // Or it would be compressed on its way, and be something else than its mark says.
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
        }
        answer.set_body(packed.body.clone()).map_into_boxed_body()
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        return false;
    }
    let supported = [Encoding::identity(), Encoding::gzip()];
    let accepted = AcceptEncoding::parse(request);
    accepted.is_ok_and(|accepted| accepted.negotiate(supported.iter()) == Some(Encoding::gzip()))
}

/// Whether whoever asks has it already (RFC 9110, 13.1.2).
fn holds(request: &HttpRequest, mark: &HeaderValue) -> bool {
    let held = request.headers().get_all(IF_NONE_MATCH).filter_map(|held| held.to_str().ok());
    let mut held = held.flat_map(|held| held.split(',')).map(str::trim);
    held.any(|held| held == "*" || held.strip_prefix("W/").unwrap_or(held).as_bytes() == mark.as_bytes())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn whoever_holds_it_is_not_sent_it_again() {
        let face = Face::of("text/html", "七夕".repeat(100), None).unwrap();
        let answer = |header: &[(&'static str, &str)]| {
            let request = header.iter().fold(TestRequest::default(), |request, pair| request.insert_header(*pair));
            face.answer(&request.to_http_request())
        };
        let mark = |answer: &HttpResponse| answer.headers().get(ETAG).unwrap().to_str().unwrap().to_owned();
        let (plain, gzip) = (mark(&answer(&[])), mark(&answer(&[("accept-encoding", "br, gzip")])));
        assert_ne!(plain, gzip);
        let status = |held: &str| answer(&[("if-none-match", held)]).status().as_u16();
        assert_eq!(status(&plain), 304);
        assert_eq!(status(&format!("\"x\", W/{plain}")), 304);
        assert_eq!(status("*"), 304);
        assert_eq!((status("\"x\""), status(&gzip)), (200, 200));
        let other = Face::of("text/html", "七夕".repeat(101), Some(Arc::clone(&face))).unwrap();
        let same = Face::of("text/html", "七夕".repeat(100), Some(Arc::clone(&face))).unwrap();
        assert!(Arc::ptr_eq(&same, &face) && !Arc::ptr_eq(&other, &face));
        let encoding = |accepted: &str| {
            let answer = answer(&[("accept-encoding", accepted)]);
            answer.headers().get(CONTENT_ENCODING).unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(["gzip, deflate", "gzip;q=0", "deflate"].map(encoding), ["gzip", "identity", "identity"]);
    }
}
