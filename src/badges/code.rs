//! The secret code of a badge. It opens the door, so it is stored twice and never plainly: as a
//! keyed digest, by which the desk finds it, and sealed, so that its owner can be shown it again.
//! When the key of the house changes both are made anew, and what is printed goes on opening.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use data_encoding::BASE32_NOPAD;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Func;
use sea_orm::{ConnectionTrait, DbErr, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use unicode_normalization::UnicodeNormalization;

use crate::app::App;
use crate::bonds;
use crate::error::{Error, Fault};

/// What codes are sealed for, and what they are found by.
const SEAL: &str = "badge code";
const DIGEST: &str = "badge code digest";

/// What 128 bits are in base32.
const LETTERS: usize = 26;

/// Bytes of a code that was sealed before keys had numbers.
const FORMER: i32 = 12 + 26 + 16;

/// Codes of one transaction: who stands at the door need not wait for the rest.
const AT_ONCE: u64 = 200;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "badge_code")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub badge_id: Uuid,
    #[sea_orm(unique)]
    pub digest: Vec<u8>,
    /// Bound to this row and to the badge.
    pub sealed: Vec<u8>,
    pub issued_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The code that opens the door for a badge now.
pub async fn valid_for(db: &impl ConnectionTrait, badge_id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::BadgeId.eq(badge_id)).filter(Column::RevokedAt.is_null()).one(db).await
}

impl Model {
    /// The code itself, for its owner.
    ///
    /// # Errors
    /// A fault where it stands under a key this house does not have.
    pub fn open(&self, app: &App) -> Result<Secret, Fault> {
        let opened = app.secrets.open(SEAL, &place(self.id, self.badge_id), &self.sealed);
        let opened = opened.map_err(|closed| anyhow::Error::from(closed).context("a badge code"))?;
        String::from_utf8(opened.to_vec()).map(Secret).map_err(Fault::of)
    }

    /// As [`Model::open`], of a code sealed before keys had numbers: 12 bytes of nonce, then the
    /// ciphertext.
    fn open_former(&self, app: &App) -> Option<Secret> {
        let (nonce, ciphertext) = self.sealed.split_at_checked(12)?;
        let payload = Payload { msg: ciphertext, aad: self.badge_id.as_bytes() };
        let cipher = ChaCha20Poly1305::new(&Key::from(*app.secrets.key("badge code seal")));
        let plain = cipher.decrypt(&Nonce::try_from(nonce).ok()?, payload).ok()?;
        String::from_utf8(plain).ok().map(Secret)
    }
}

fn place(id: Uuid, badge_id: Uuid) -> Vec<u8> {
    [id.as_bytes().as_slice(), badge_id.as_bytes()].concat()
}

/// Gives the codes of a house from before there were numbered keys their present form.
///
/// # Errors
/// Only faults.
pub async fn renew_former(app: &App) -> Result<(), Error> {
    let former = Expr::expr(Func::cust("length").arg(Expr::col(Column::Sealed))).eq(FORMER);
    remake(app, &Entity::find().filter(former), |code| code.open_former(app), u64::MAX).await.map(drop)
}

/// Seals codes anew that stand under an older key, at most so many, while desks go on scanning. Says
/// whether all are done.
///
/// # Errors
/// Only faults.
pub async fn renew(app: &App, most: u64) -> Result<bool, Error> {
    let older = bonds::number_in("sealed").ne(app.secrets.newest().to_be_bytes().to_vec());
    Ok(remake(app, &Entity::find().filter(older), |code| code.open(app).ok(), most).await? < most)
}

async fn remake(
    app: &App,
    question: &Select<Entity>,
    open: impl Fn(&Model) -> Option<Secret>,
    most: u64,
) -> Result<u64, Error> {
    let (mut after, mut made) = (Uuid::nil(), 0);
    while made < most {
        let next = question.clone().filter(Column::Id.gt(after)).order_by_asc(Column::Id).limit(AT_ONCE);
        let codes = next.all(app.database.reader()).await?;
        let Some(last) = codes.last() else { break };
        after = last.id;
        let mut anew = Vec::with_capacity(codes.len());
        for code in codes {
            if let Some(secret) = open(&code) {
                anew.push((secret.digest(app), secret.sealed(app, code.id, code.badge_id)?, code));
            }
        }
        let txn = app.database.begin_write().await?;
        for (digest, sealed, code) in anew {
            let update = Entity::update_many()
                .col_expr(Column::Digest, Expr::value(digest))
                .col_expr(Column::Sealed, Expr::value(sealed))
                .filter(Column::Id.eq(code.id))
                .filter(Column::Sealed.eq(code.sealed));
            made += update.exec(&txn).await?.rows_affected;
        }
        txn.commit().await?;
    }
    Ok(made)
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
    pub fn fresh(app: &App) -> Result<Self, Fault> {
        Ok(Self(BASE32_NOPAD.encode(&app.chance.secret::<16>()?)))
    }

    /// What a scanner read: a bare code, or the whole address in the QR. A keyboard-wedge scanner
    /// behind a Chinese input method may deliver full-width or lower-case letters, and its punctuation
    /// may have become anything: the last 26 letters are the code, whatever stands before them.
    #[must_use]
    pub fn scanned(read: &str) -> Self {
        let plain: String = read.nfkc().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.split(['?', '#']).next().unwrap_or_default();
        let plain = plain.trim_end_matches(|c: char| !c.is_alphanumeric()).to_uppercase();
        let letters = plain.bytes().rev().take_while(|c| matches!(c, b'A'..=b'Z' | b'2'..=b'7')).count();
        let code = if letters >= LETTERS {
            plain.get(plain.len() - LETTERS..).unwrap_or_default()
        } else {
            plain.rsplit('/').next().unwrap_or_default()
        };
        Self(code.to_owned())
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

    /// What is stored instead. Keyed, because people also hold things before a scanner that are short
    /// and personal, and every attempt is kept.
    #[must_use]
    pub fn digest(&self, app: &App) -> Vec<u8> {
        app.secrets.mac(DIGEST, &[self.0.as_bytes()])
    }

    /// What it may be stored as: to be looked up by.
    #[must_use]
    pub fn digests(&self, app: &App) -> Vec<Vec<u8>> {
        app.secrets.macs(DIGEST, &[self.0.as_bytes()])
    }

    fn sealed(&self, app: &App, id: Uuid, badge_id: Uuid) -> anyhow::Result<Vec<u8>> {
        app.secrets.seal(SEAL, &place(id, badge_id), self.0.as_bytes())
    }

    /// The row of this code for a badge.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn row(&self, app: &App, badge_id: Uuid) -> Result<ActiveModel, Fault> {
        let id = app.new_id();
        Ok(ActiveModel {
            id: Set(id),
            badge_id: Set(badge_id),
            digest: Set(self.digest(app)),
            sealed: Set(self.sealed(app, id, badge_id)?),
            issued_at: Set(app.now()),
            revoked_at: Set(None),
        })
    }
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
            "https：、、queqiao。example、c、abcdefghijklmnopqrstuvwx23、",
            "httpsqueqiaoexamplecABCDEFGHIJKLMNOPQRSTUVWX23",
            "ｈｔｔｐｓ：／／ｑｕｅｑｉａｏ．ｅｘａｍｐｌｅ／ｃ／ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘ２３／",
        ] {
            assert_eq!(Secret::scanned(read), code, "{read}");
        }
        assert_eq!(Secret::scanned("https://example.com/C/x1").as_str(), "X1", "no code, and no part of one");
    }
}
