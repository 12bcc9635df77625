//! The JWT an API client shows: HS256, fifteen minutes, our own issuer and audience.

use std::sync::Once;

use chrono::Duration;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use crate::app::App;
use crate::error::Error;

/// How long a token opens doors.
pub const LIFETIME: Duration = Duration::minutes(15);
const PURPOSE: &str = "queqiao/access-token/v1";
const ISSUER: &str = "queqiao";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    iat: i64,
    exp: i64,
}

/// A token for this account, from now on.
///
/// # Errors
/// Only faults.
pub fn issue(app: &App, account_id: Uuid) -> Result<String, Error> {
    install();
    let now = app.now();
    let claims = Claims {
        iss: ISSUER.into(),
        aud: ISSUER.into(),
        sub: account_id,
        iat: now.timestamp(),
        exp: (now + LIFETIME).timestamp(),
    };
    let key = app.secrets.key(PURPOSE);
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key.as_ref())).map_err(Error::fault)
}

/// Whose token this is; None where it is not ours or has run out.
#[must_use]
pub fn read(app: &App, token: &str) -> Option<Uuid> {
    install();
    let key = app.secrets.key(PURPOSE);
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[ISSUER]);
    rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    // The library asks the machine's clock; ours is the house's.
    rules.validate_exp = false;
    let claims = decode::<Claims>(token, &DecodingKey::from_secret(key.as_ref()), &rules).ok()?.claims;
    (claims.exp > app.now().timestamp()).then_some(claims.sub)
}

/// Gives the library its HMAC: the crates it would choose bring an RSA with a known weakness, or C.
fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| Ok(Box::new(hs256(*algorithm, key.as_bytes())?)),
        verifier_factory: |algorithm, key| Ok(Box::new(hs256(*algorithm, key.try_get_as_bytes()?)?)),
        key_utils: KeyUtils::new_unimplemented(),
    };
    static INSTALLED: Once = Once::new();
    // Twice is harmless: the first one stays.
    INSTALLED.call_once(|| {
        let _ = PROVIDER.install_default();
    });
}

struct Hs256(Hmac<Sha256>);

fn hs256(algorithm: Algorithm, key: &[u8]) -> JwtResult<Hs256> {
    match (algorithm, Hmac::new_from_slice(key)) {
        (Algorithm::HS256, Ok(mac)) => Ok(Hs256(mac)),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let mut mac = self.0.clone();
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.verify_slice(signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
