//! Access tokens: what an API client shows with each request, for a quarter of an hour.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::hs256;
use crate::app::App;
use crate::error::Fault;
use crate::secrets::digest;

/// How long an access token is good for.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// RFC 7518, 3.2: a key for HS256 has at least as many octets as the hash.
pub const SHORTEST_KEY: usize = 32;

const AUDIENCE: &str = "queqiao";
const PURPOSE: &str = "queqiao/access-token/v1";

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The account.
    pub sub: Uuid,
    /// The sign-in it came from; when that is revoked, so is the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// Seconds since 1970.
    pub iat: i64,
    pub exp: i64,
}

/// The ring of keys: one signs, all verify, each known by its `kid`. A key is changed by putting
/// the new one first and dropping the old one a quarter of an hour later.
pub struct KeyRing {
    issuer: String,
    signing: (String, EncodingKey),
    verifying: HashMap<String, DecodingKey>,
    validation: Validation,
}

/// Why a key ring cannot be built; told at start.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadKeys {
    #[error("no signing key")]
    None,
    #[error("the key {0:?} is shorter than {SHORTEST_KEY} bytes")]
    Short(String),
    #[error("two keys are called {0:?}")]
    Twice(String),
}

/// Keeps the ring of this house.
#[derive(Default)]
struct Kept(OnceLock<Arc<KeyRing>>);

/// The ring of this house, made once. A key's name is made of the key, so that processes with different
/// secrets never mistake each other's.
///
/// # Errors
/// None with the keys we make.
fn ring(app: &App) -> Result<Arc<KeyRing>, Fault> {
    let kept = app.extensions.get_or_default::<Kept>();
    if let Some(ring) = kept.0.get() {
        return Ok(Arc::clone(ring));
    }
    let named = |(_, key): (u32, Zeroizing<[u8; 32]>)| {
        let kid: String = HEXLOWER.encode(&digest(key.as_ref())).chars().take(8).collect();
        (kid, key.to_vec())
    };
    let keys: Vec<_> = app.secrets.keys(PURPOSE).into_iter().map(named).collect();
    let made = KeyRing::new(AUDIENCE, &keys).map_err(Fault::of)?;
    Ok(Arc::clone(kept.0.get_or_init(|| Arc::new(made))))
}

/// A token for an account, from now on, that belongs to no sign-in: for rehearsals and tests.
pub fn issue(app: &App, account: Uuid) -> Result<String, Fault> {
    Ok(ring(app)?.sign(account, None, app.now())?)
}

/// A token of a sign-in: it ends when that does.
pub fn issue_for(app: &App, account: Uuid, sign_in: Uuid) -> Result<String, Fault> {
    Ok(ring(app)?.sign(account, Some(sign_in), app.now())?)
}

/// Reads a token; None where it is not ours or has run out.
#[must_use]
pub fn read(app: &App, token: &str) -> Option<Claims> {
    ring(app).ok()?.check(token, app.now()).ok()
}

/// The token is not one of ours, or its time is over. Which of the two is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotGood;

impl KeyRing {
    /// `keys` are (`kid`, secret), the signing one first. `issuer` is the public address.
    pub fn new(issuer: &str, keys: &[(String, Vec<u8>)]) -> Result<Self, BadKeys> {
        hs256::install();
        let mut verifying = HashMap::new();
        for (kid, secret) in keys {
            if secret.len() < SHORTEST_KEY {
                return Err(BadKeys::Short(kid.clone()));
            }
            if verifying.insert(kid.clone(), DecodingKey::from_secret(secret)).is_some() {
                return Err(BadKeys::Twice(kid.clone()));
            }
        }
        let (kid, secret) = keys.first().ok_or(BadKeys::None)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The crate reads the machine's clock; ours can be stopped, so `check` compares itself.
        validation.validate_exp = false;
        Ok(Self {
            issuer: issuer.to_owned(),
            signing: (kid.clone(), EncodingKey::from_secret(secret)),
            verifying,
            validation,
        })
    }

    /// A token for `account`, good from `now` for [`LIFETIME`].
    pub fn sign(&self, account: Uuid, sign_in: Option<Uuid>, now: DateTime<Utc>) -> anyhow::Result<String> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: account,
            sid: sign_in,
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
        };
        let (kid, key) = &self.signing;
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        Ok(jsonwebtoken::encode(&header, &claims, key)?)
    }

    /// Reads a token: known key, pinned algorithm, our issuer and audience, not yet expired.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, NotGood> {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or(NotGood)?;
        let key = self.verifying.get(&kid).ok_or(NotGood)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).map_err(|_| NotGood)?.claims;
        if claims.exp <= now.timestamp() {
            return Err(NotGood);
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64URL_NOPAD;

    const ISSUER: &str = "https://queqiao.example";

    fn noon() -> DateTime<Utc> {
        "2026-08-19T12:00:00Z".parse().unwrap()
    }

    fn key(kid: &str, byte: u8) -> (String, Vec<u8>) {
        (kid.to_owned(), vec![byte; 32])
    }

    fn ring() -> KeyRing {
        KeyRing::new(ISSUER, &[key("a", 1)]).unwrap()
    }

    fn forged(header: &str, claims: &str, tag: &[u8]) -> String {
        let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        format!("{}.{}.{}", part(header.as_bytes()), part(claims.as_bytes()), part(tag))
    }

    #[test]
    fn a_token_is_good_for_a_quarter_of_an_hour() {
        let (account, sign_in) = (Uuid::from_u128(7), Some(Uuid::from_u128(8)));
        let token = ring().sign(account, sign_in, noon()).unwrap();
        let claims = ring().check(&token, noon() + TimeDelta::seconds(899)).unwrap();
        assert_eq!((claims.sub, claims.sid), (account, sign_in));
        assert_eq!(ring().check(&token, noon() + TimeDelta::seconds(900)), Err(NotGood));
    }

    #[test]
    fn an_old_key_still_verifies_while_it_is_on_the_ring() {
        let token = ring().sign(Uuid::nil(), None, noon()).unwrap();
        let rotated = KeyRing::new(ISSUER, &[key("b", 2), key("a", 1)]).unwrap();
        assert!(rotated.check(&token, noon()).is_ok());
        assert!(KeyRing::new(ISSUER, &[key("b", 2)]).unwrap().check(&token, noon()).is_err());
        assert!(KeyRing::new(ISSUER, &[key("a", 2)]).unwrap().check(&token, noon()).is_err(), "same name, other key");
    }

    #[test]
    fn a_token_of_another_house_is_refused() {
        let theirs = KeyRing::new("https://other.example", &[key("a", 1)]).unwrap();
        let token = theirs.sign(Uuid::nil(), None, noon()).unwrap();
        assert_eq!(ring().check(&token, noon()), Err(NotGood));
    }

    #[test]
    fn forgeries_are_refused() {
        let good = ring().sign(Uuid::nil(), None, noon()).unwrap();
        let claims =
            String::from_utf8(BASE64URL_NOPAD.decode(good.split('.').nth(1).unwrap().as_bytes()).unwrap()).unwrap();
        let mut other = good.clone().into_bytes();
        let at = good.find('.').unwrap() + 10;
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        for token in [
            forged(r#"{"alg":"none","kid":"a"}"#, &claims, b""),
            forged(r#"{"alg":"HS512","kid":"a"}"#, &claims, &[0; 64]),
            forged(r#"{"alg":"HS256","kid":"a"}"#, &claims, &[0; 32]),
            forged(r#"{"alg":"HS256"}"#, &claims, &[0; 32]),
            String::from_utf8(other).unwrap(),
            good[..good.len() - 1].to_owned(),
            good[..good.rfind('.').unwrap() + 1].to_owned(),
            String::new(),
            "..".to_owned(),
            "a.b.c.d".to_owned(),
            "😀".to_owned(),
        ] {
            assert_eq!(ring().check(&token, noon()), Err(NotGood), "{token}");
        }
    }

    #[test]
    fn a_token_that_leaves_something_out_is_refused() {
        let signed = |claims: serde_json::Value| {
            let header = Header { kid: Some("a".into()), ..Header::new(Algorithm::HS256) };
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&[1; 32])).unwrap()
        };
        let whole = serde_json::json!({"iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::nil(),
            "iat": noon().timestamp(), "exp": noon().timestamp() + 60});
        let ring = ring();
        assert!(ring.check(&signed(whole.clone()), noon()).is_ok());
        for claim in ["iss", "aud", "sub", "exp"] {
            let mut part = whole.clone();
            part.as_object_mut().unwrap().remove(claim);
            assert_eq!(ring.check(&signed(part), noon()), Err(NotGood), "without {claim}");
        }
    }

    #[test]
    fn a_ring_is_refused_where_it_could_not_protect() {
        assert_eq!(KeyRing::new(ISSUER, &[]).err(), Some(BadKeys::None));
        assert_eq!(KeyRing::new(ISSUER, &[("a".into(), vec![1; 31])]).err(), Some(BadKeys::Short("a".into())));
        assert_eq!(KeyRing::new(ISSUER, &[key("a", 1), key("a", 2)]).err(), Some(BadKeys::Twice("a".into())));
    }
}
