//! The secret code of a badge. It opens the door, so it is stored twice and never plainly: as a
//! keyed digest, by which the desk finds it, and sealed, so that its owner can be shown it again.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

use crate::app::App;
use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "badge_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub badge_id: Uuid,
    #[sea_orm(unique)]
    pub digest: Vec<u8>,
    /// 12 bytes of nonce, then the ciphertext, bound to the badge.
    pub sealed: Vec<u8>,
    pub issued_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The code that opens the door for a badge now.
///
/// # Errors
/// Only faults.
pub async fn valid_for(db: &impl ConnectionTrait, badge_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::BadgeId.eq(badge_id)).filter(Column::RevokedAt.is_null()).one(db).await
}

impl Model {
    /// The code itself, for its owner.
    ///
    /// # Errors
    /// A fault where the installation's secret is not the one it was sealed with.
    pub fn open(&self, app: &App) -> Result<Secret, Error> {
        let broken = || Error::from(anyhow::anyhow!("a badge code does not open: was security.secret changed?"));
        let (nonce, ciphertext) = self.sealed.split_at_checked(12).ok_or_else(broken)?;
        let nonce = Nonce::try_from(nonce).map_err(|_| broken())?;
        let payload = Payload { msg: ciphertext, aad: self.badge_id.as_bytes() };
        let plain = cipher(app).decrypt(&nonce, payload).map_err(|_| broken())?;
        Ok(Secret(String::from_utf8(plain).map_err(|_| broken())?))
    }
}

/// What a QR says: 128 random bits in base32, 26 characters without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn fresh(app: &App) -> Result<Self, Error> {
        Ok(Self(BASE32_NOPAD.encode(&app.chance.secret::<16>()?)))
    }

    /// What a scanner read: a bare code, or the whole address in the QR. A keyboard-wedge scanner
    /// behind a Chinese input method may deliver full-width or lower-case letters.
    #[must_use]
    pub fn scanned(read: &str) -> Self {
        let plain: String = read.nfkc().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let code = plain.rsplit('/').next().unwrap_or_default();
        Self(code.to_uppercase())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in the QR. Any phone's own scanner may open it; the code says who comes only to
    /// somebody who is signed in as a desk.
    #[must_use]
    pub fn url(&self, app: &App) -> String {
        app.public_url(&format!("/c/{}", self.0))
    }

    /// What is stored and looked up instead. Keyed, because people also hold things before a
    /// scanner that are short and personal, and every attempt is kept.
    #[must_use]
    pub fn digest(&self, app: &App) -> Vec<u8> {
        let key = app.secrets.key("badge code digest");
        // Every key length is valid for HMAC, so there is no error to tell.
        Hmac::<Sha256>::new_from_slice(key.as_ref())
            .map(|mac| mac.chain_update(self.0.as_bytes()).finalize().into_bytes().to_vec())
            .unwrap_or_default()
    }

    /// The row of this code for a badge.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn row(&self, app: &App, badge_id: Uuid) -> Result<ActiveModel, Error> {
        let nonce = app.chance.secret::<12>()?;
        let payload = Payload { msg: self.0.as_bytes(), aad: badge_id.as_bytes() };
        let ciphertext = cipher(app)
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| anyhow::anyhow!("a badge code could not be sealed"))?;
        Ok(ActiveModel {
            id: Set(app.new_id()),
            badge_id: Set(badge_id),
            digest: Set(self.digest(app)),
            sealed: Set([nonce.as_slice(), &ciphertext].concat()),
            issued_at: Set(app.now()),
            revoked_at: Set(None),
        })
    }
}

fn cipher(app: &App) -> ChaCha20Poly1305 {
    let key = app.secrets.key("badge code seal");
    ChaCha20Poly1305::new(&Key::from(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_bare_or_as_an_address() {
        let code = Secret("ABCDEFGHIJKLMNOPQRSTUVWX23".to_owned());
        for read in [
            "ABCDEFGHIJKLMNOPQRSTUVWX23",
            "abcdefghijklmnopqrstuvwx23",
            " ABCDEFGHIJKLMNOPQRSTUVWX23\t",
            "ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸ２３",
            "https://queqiao.example/c/ABCDEFGHIJKLMNOPQRSTUVWX23",
            "HTTPS://QUEQIAO.EXAMPLE/C/ABCDEFGHIJKLMNOPQRSTUVWX23/",
            "http://127.0.0.1:8080/c/ABCDEFGHIJKLMNOPQRSTUVWX23?from=wechat#x",
        ] {
            assert_eq!(Secret::scanned(read), code, "{read}");
        }
    }
}
