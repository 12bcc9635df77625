//! Somebody proves to be the owner of an account, by address and password.

use actix_web::http::StatusCode;
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::address::MailAddress;
use super::asker::Asker;
use super::entered::Entered;
use super::knock::{Knocker, Resting};
use super::{account, knock, password};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Refused};

/// Why a sign-in fails. `Wrong` does not say which of the two was wrong, or whether the address is
/// known, or whether somebody signed up with it who has not opened the letter yet.
pub enum NotSignedIn {
    Wrong,
    Resting(Resting),
}

impl From<NotSignedIn> for Error {
    fn from(not: NotSignedIn) -> Self {
        match not {
            NotSignedIn::Wrong => {
                let detail = "The mail address or the password is wrong.";
                Refused::new(StatusCode::UNAUTHORIZED, "wrong_credentials", detail)
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
    knocker: Knocker,
}

/// Compares, counts and waits its turn, all before any transaction that matters is opened.
///
/// # Errors
/// 401 `wrong_credentials`, 429 `too_many_requests`.
pub async fn prove(app: &App, asker: &Asker, address: &MailAddress, password: &str) -> Result<Proven, Error> {
    let door = knock::door(app, address);
    let account = account::Entity::of_email(&app.secrets, address.as_str()).one(app.database.reader()).await?;
    let claimed = account.and_then(|account| Some((account.id, account.hash(app)?)));
    // The same questions where there is no account: about nobody, whose mark nobody has.
    let (id, hash) = claimed.as_ref().map_or((Uuid::nil(), password::NOBODY), |(id, hash)| (*id, hash.as_str()));
    let knocker = Knocker::of(app, asker, id, hash);
    knock::knock(app, &door, &knocker).await?.map_err(NotSignedIn::Resting)?;
    let right = password::matches(app, password, claimed.as_ref().map(|(_, hash)| hash.as_str())).await?;
    match claimed {
        Some((account, against)) if right => Ok(Proven { account, against, door, knocker }),
        _ => Err(NotSignedIn::Wrong.into()),
    }
}

impl Proven {
    /// Uses the proof: the account is held, and what this asker tried in vain is forgotten.
    ///
    /// # Errors
    /// 401 `wrong_credentials` where the password was changed or the account erased meanwhile.
    pub async fn hold(self, app: &App, txn: &Write) -> Result<account::Model, Error> {
        let account = account::Entity::find_by_id(self.account).lock_exclusive().one(txn).await?;
        let account = account.filter(|account| account.hash(app).as_ref() == Some(&self.against));
        let account = account.ok_or(NotSignedIn::Wrong)?;
        knock::forgive(txn, &self.door, &self.knocker).await?;
        Ok(account)
    }

    /// Uses the proof to let its bearer in.
    ///
    /// # Errors
    /// As [`Proven::hold`].
    pub async fn enter(self, app: &App) -> Result<Entered, Error> {
        let hash = self.against.clone();
        let txn = app.database.begin_write().await?;
        let account = self.hold(app, &txn).await?.id;
        Ok(Entered { txn, account, hash })
    }
}
