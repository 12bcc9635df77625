//! What a device keeps of having signed in: a mark that this house can recognise and nobody can make.
//! It opens nothing. It lets its device try a password where strangers have tried too often
//! ([`super::sign_in_throttle`]), so that they cannot keep the owner out.
//!
//! Nothing is stored here: a mark is 128 random bits and a keyed digest of them, the account and the
//! password's hash. A new password makes every older mark worthless, whoever holds it.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::cookie::Carrier;
use crate::app::App;
use crate::secrets::digest;

const PURPOSE: &str = "accounts/mark";
const NONCE: usize = 16;
const DIGEST: usize = 32;

/// Accounts one device is remembered for: a family's, or those at a union's desk.
const MANY: usize = 5;

/// As long as browsers keep a cookie at most.
const MARKS: Carrier = Carrier { secure: "__Host-queqiao-known", plain: "queqiao-known", kept: Duration::days(400) };

/// A mark, whether good or not.
#[derive(Debug, Clone)]
pub struct Mark([u8; NONCE], [u8; DIGEST]);

impl Mark {
    /// Which device this is, where the mark is one of this account's.
    #[must_use]
    pub fn device(&self, app: &App, account: Uuid, hash: &str) -> Option<Vec<u8>> {
        let Self(nonce, presented) = self;
        let real = app.secrets.lasting_mac(PURPOSE, &[nonce, account.as_bytes(), hash.as_bytes()]);
        // Digests are compared, so that the time tells nothing about the mark.
        (digest(&real) == digest(presented)).then(|| nonce.to_vec())
    }

    fn read(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, digest) = bytes.split_first_chunk::<NONCE>()?;
        Some(Self(*nonce, digest.try_into().ok()?))
    }
}

/// A fresh mark of an account, as text.
///
/// # Errors
/// Where the operating system has no randomness.
pub fn make(app: &App, account: Uuid, hash: &str) -> anyhow::Result<String> {
    let nonce = app.chance.secret::<NONCE>()?;
    let digest = app.secrets.lasting_mac(PURPOSE, &[&nonce, account.as_bytes(), hash.as_bytes()]);
    Ok(BASE64URL_NOPAD.encode(&[nonce.as_slice(), &digest].concat()))
}

/// The marks a device shows.
#[must_use]
pub fn read_marks(app: &App, request: &HttpRequest) -> Vec<Mark> {
    let kept = MARKS.read(app, request).unwrap_or_default();
    kept.split('.').take(MANY).filter_map(Mark::read).collect()
}

/// The cookie that adds a mark to those a device has.
#[must_use]
pub fn set(app: &App, request: &HttpRequest, mark: &str) -> Cookie<'static> {
    let kept = MARKS.read(app, request).unwrap_or_default();
    let older = kept.split('.').filter(|older| Mark::read(older).is_some());
    let all: Vec<&str> = std::iter::once(mark).chain(older).take(MANY).collect();
    MARKS.set(app, &all.join("."))
}
