//! A record of the roster, sealed so that only the scanned code opens it, in what every browser can
//! do by itself: HKDF-SHA256 (RFC 5869) and AES-256-GCM.
//!
//! The code is 128 random bits that stand on the badge and nowhere on the device, so a roster tells
//! nothing to whoever takes the phone: not the key, not even whose record is whose.

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;

use crate::app::App;
use crate::badges::code::Secret;
use crate::error::Fault;

/// The name a record lies under and the record itself, both as base64url.
pub struct Sealed {
    pub name: String,
    pub record: String,
}

/// Seals what the desk may know of a badge under its code. The record is 12 bytes of nonce, the
/// ciphertext and 16 bytes of tag, bound to its name.
pub fn seal(app: &App, salt: &str, code: &Secret, plain: &[u8]) -> Result<Sealed, Fault> {
    let broken = || anyhow::anyhow!("a record of the roster could not be sealed");
    let kdf = Hkdf::<Sha256>::new(Some(salt.as_bytes()), code.as_str().as_bytes());
    let (mut name, mut key) = ([0; 16], [0; 32]);
    kdf.expand(b"queqiao roster name", &mut name).map_err(|_| broken())?;
    kdf.expand(b"queqiao roster key", &mut key).map_err(|_| broken())?;
    let name = BASE64URL_NOPAD.encode(&name);
    let nonce = app.chance.secret::<12>()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).map_err(|_| broken())?);
    let mut sealed = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name.as_bytes()), &mut sealed)
        .map_err(|_| broken())?;
    let record = BASE64URL_NOPAD.encode(&[nonce.as_slice(), &sealed].concat());
    Ok(Sealed { name, record })
}
