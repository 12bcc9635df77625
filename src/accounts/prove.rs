//! Somebody proves to be the owner of an account, by address and password.

use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::address::MailAddress;
use super::knock::Resting;
use super::{account, knock, password, sign_up};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Refused};

/// Why a sign-in fails. `Wrong` does not say which of the two was wrong, or whether the address is
/// known.
pub enum NotSignedIn {
    Wrong,
    /// The right password, but nobody has shown that the mail arrives.
    Unverified,
    Resting(Resting),
}

impl From<NotSignedIn> for Error {
    fn from(not: NotSignedIn) -> Self {
        match not {
            NotSignedIn::Wrong => Refused::new(
                actix_web::http::StatusCode::UNAUTHORIZED,
                "wrong_credentials",
                "The mail address or the password is wrong.",
            ),
            NotSignedIn::Unverified => {
                Refused::forbidden("mail_not_verified", "Open the link in the mail we sent you first.")
            }
            NotSignedIn::Resting(Resting { seconds }) => Refused::too_many(seconds),
        }
        .into()
    }
}

/// Proof that somebody knows the password of an account, good for the next few moments.
pub struct Proven {
    account: Uuid,
    /// What the password was compared with: if it has changed meanwhile, the proof is worth nothing.
    against: String,
    door: Vec<u8>,
}

/// Compares, counts and waits its turn, all before any transaction that matters is opened.
///
/// # Errors
/// 401 `wrong_credentials`, 403 `mail_not_verified`, 429 `too_many_requests`.
pub async fn prove(app: &App, address: &MailAddress, password: &str) -> Result<Proven, Error> {
    let door = knock::door(app, address);
    knock::knock(app, &door).await?.map_err(NotSignedIn::Resting)?;
    let reader = app.database.reader();
    let account = account::Entity::of_email(address.as_str()).one(reader).await?;
    let claimed = account.and_then(|account| Some((account.id, account.verified_at, account.password_hash?)));
    let Some((account, verified_at, against)) = claimed else {
        let newest = sign_up::Entity::open(address.as_str(), app.now())
            .order_by_desc(sign_up::Column::At)
            .limit(1)
            .one(reader)
            .await?;
        let waiting = newest.map(|sign_up| sign_up.password_hash);
        let right = password::matches(app, password, waiting.as_deref()).await?;
        return Err(if right { NotSignedIn::Unverified } else { NotSignedIn::Wrong }.into());
    };
    if !password::matches(app, password, Some(&against)).await? {
        return Err(NotSignedIn::Wrong.into());
    }
    if verified_at.is_none() {
        return Err(NotSignedIn::Unverified.into());
    }
    Ok(Proven { account, against, door })
}

impl Proven {
    /// Uses the proof: the account is held, and the knocks at its door are forgotten.
    ///
    /// # Errors
    /// 401 `wrong_credentials` where the password was changed or the account erased meanwhile.
    pub async fn hold(self, txn: &Write) -> Result<account::Model, Error> {
        let account = account::Entity::find_by_id(self.account).lock_exclusive().one(txn).await?;
        let account = account
            .filter(|account| account.password_hash.as_deref() == Some(&self.against))
            .ok_or(NotSignedIn::Wrong)?;
        knock::forget(txn, &self.door).await?;
        Ok(account)
    }
}
