//! HS256 for `jsonwebtoken`, on `hmac` and `sha2`.
//!
//! The crate's own backends bring either an RSA implementation with an open advisory or a C
//! compiler's minute; the only algorithm this house signs with needs neither. Every other
//! algorithm is refused here, before a token's header could ask for it.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error as NotSigned, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sha2::Sha256;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key_of(key)?)?)),
    verifier_factory: |algorithm, key: &DecodingKey| Ok(Box::new(Hs256::new(*algorithm, key.try_get_as_bytes()?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes this the process's provider. Saying it twice is harmless: the first one stays.
pub fn install() {
    let _ = PROVIDER.install_default();
}

fn key_of(key: &EncodingKey) -> Result<&[u8]> {
    match key.family() {
        jsonwebtoken::AlgorithmFamily::Hmac => Ok(key.as_bytes()),
        _ => Err(ErrorKind::InvalidKeyFormat.into()),
    }
}

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        let mac = Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?;
        Ok(Self(mac))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, NotSigned> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), NotSigned> {
        // `verify_slice` wants the full length and compares in constant time.
        let mac = self.0.clone().chain_update(message);
        mac.verify_slice(signature).map_err(|_| NotSigned::new())
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

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::crypto::{sign, verify};

    /// RFC 7515, appendix A.1: key, signing input and signature.
    const KEY: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const INPUT: &[u8] = b"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn the_vector_of_rfc_7515_a_1_holds() {
        install();
        let key = data_encoding::BASE64URL_NOPAD.decode(KEY.as_bytes()).unwrap();
        assert_eq!(sign(INPUT, &EncodingKey::from_secret(&key), Algorithm::HS256).unwrap(), SIGNATURE);
        let key = DecodingKey::from_secret(&key);
        assert!(verify(SIGNATURE, INPUT, &key, Algorithm::HS256).unwrap());
        assert!(!verify(&SIGNATURE[..42], INPUT, &key, Algorithm::HS256).unwrap_or(false), "a shortened tag");
        assert!(!verify("", INPUT, &key, Algorithm::HS256).unwrap_or(false), "no tag");
        assert!(!verify(SIGNATURE, &INPUT[1..], &key, Algorithm::HS256).unwrap(), "another message");
    }

    #[test]
    fn no_other_algorithm_is_served() {
        install();
        for other in [Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(sign(INPUT, &EncodingKey::from_secret(b"key"), other).is_err());
            assert!(verify(SIGNATURE, INPUT, &DecodingKey::from_secret(b"key"), other).is_err());
        }
    }
}
