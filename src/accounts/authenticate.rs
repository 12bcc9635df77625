//! Somebody proves to be the owner of an account: by address and password, and where a second factor
//! is on by a code of it.

use garde::Validate;
use sea_orm::{EntityTrait, QuerySelect};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::MailAddress;
use super::asker::Asker;
use super::authenticated::{Authenticated, By};
use super::refusals::{SIGN_IN_OVER, WRONG_CREDENTIALS};
use super::second_factor::check_code::{self, Answer};
use super::second_factor::{factor, pass};
use super::sign_in_throttle::{Bounds, Client};
use super::{account, account_lock, password, sign_in_throttle};
use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::idempotency;
use crate::page::form::Form;
use crate::secrets::digest;

/// What somebody who is signed in shows once more: before what cannot be undone.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The present one.
    #[garde(length(chars, max = 1000))]
    pub password: String,
    /// Of the authenticator, or one for recovery: where a second factor is on.
    #[garde(length(chars, max = 40))]
    pub code: Option<String>,
}

impl Proof {
    /// As it was typed into a form whose fields begin like this.
    #[must_use]
    pub fn typed(form: &Form, prefix: &str) -> Self {
        let typed = |name: &str| form.value(&format!("{prefix}{name}")).to_owned();
        Self { password: typed("password"), code: Some(typed("code")) }
    }
}

/// Proof that somebody is the owner of an account, good for the next few moments.
pub struct Proven {
    account: Uuid,
    /// What the password was compared with: if it has changed meanwhile, the proof is worth nothing.
    against: String,
    address_digest: Vec<u8>,
    client: Client,
    /// Of the second factor, where one was shown.
    code: Option<String>,
}

/// Compares, counts and waits its turn, all before any transaction that matters is opened.
///
/// # Errors
/// 401 `wrong_credentials`, 429 `too_many_requests`.
pub async fn authenticate(app: &App, asker: &Asker, address: &MailAddress, password: &str) -> Result<Proven, Error> {
    let address_digest = sign_in_throttle::address_digest(app, address);
    let account = account::Entity::of_email(&app.secrets, address.as_str()).one(app.database.reader()).await?;
    let claimed = account.and_then(|account| Some((account.id, account.hash(app)?)));
    // The same questions where there is no account: about nobody, whose mark nobody has.
    let (id, hash) = claimed.as_ref().map_or((Uuid::nil(), password::NOBODY), |(id, hash)| (*id, hash.as_str()));
    let client = Client::of(app, asker, id, hash);
    sign_in_throttle::count_attempt(app, &address_digest, &client, &Bounds::of_passwords(app)).await?;
    let right = password::matches(app, password, claimed.as_ref().map(|(_, hash)| hash.as_str())).await?;
    // Asked of nobody as well, so that a locked account answers like an unknown one.
    let locked = account_lock::stands(app.database.reader(), id).await?;
    match claimed {
        Some((account, against)) if right && !locked => {
            Ok(Proven { account, against, address_digest, client, code: None })
        }
        _ => Err(WRONG_CREDENTIALS.into()),
    }
}

/// Goes on from the page that asked for a code: what it carried stands for the password.
///
/// # Errors
/// 401 `sign_in_over` where it took too long, or the password is another by now.
pub async fn resume(app: &App, asker: &Asker, carried: &str) -> Result<Proven, Error> {
    let (id, known) = pass::open_pass(app, carried).ok_or(SIGN_IN_OVER)?;
    let account = account::find(app.database.reader(), id).await?.ok_or(SIGN_IN_OVER)?;
    let against = account.hash(app).filter(|hash| digest(hash.as_bytes()) == known).ok_or(SIGN_IN_OVER)?;
    let address = MailAddress::read(&account.address(&app.secrets)?).map_err(|_| SIGN_IN_OVER)?;
    let client = Client::of(app, asker, id, &against);
    Ok(Proven {
        account: id,
        against,
        address_digest: sign_in_throttle::address_digest(app, &address),
        client,
        code: None,
    })
}

impl Proven {
    /// Shows a code too: where a second factor is on, nothing comes of the proof without one.
    ///
    /// # Errors
    /// 401 `second_factor_needed` or `second_factor_wrong`; 429 where too many were tried.
    pub async fn with_code(self, app: &App, code: Option<&str>) -> Result<Self, Error> {
        let looked = check_code::look(app, self.account, &self.client, code).await;
        if looked.is_err() {
            // The password was right: what is counted is the code.
            idempotency::aside(self.forgiven(app)).await?;
        }
        looked?;
        Ok(Self { code: code.map(str::to_owned), ..self })
    }

    async fn forgiven(&self, app: &App) -> Result<(), Error> {
        let txn = app.database.begin_write().await?;
        sign_in_throttle::forgive(&txn, &self.address_digest, &self.client).await?;
        txn.commit().await
    }

    /// Whether a code is still to be asked for.
    pub async fn lacks_code(&self, app: &App) -> Result<bool, Fault> {
        Ok(self.code.is_none() && factor::is_on(app.database.reader(), self.account).await?)
    }

    /// What a page carries while it asks for the code ([`resume`]).
    ///
    /// # Errors
    /// Where the operating system has no randomness.
    pub fn pass(&self, app: &App) -> Result<String, Fault> {
        pass::give(app, self.account, &self.against)
    }

    /// Uses the proof: the account is held, its code spent, and what this asker tried in vain is
    /// forgotten. Says what let them in.
    ///
    /// # Errors
    /// 401 `wrong_credentials` where the password was changed, or the account erased or locked, meanwhile;
    /// `second_factor_needed`, or `second_factor_wrong` where somebody else showed the same code first.
    pub async fn hold(self, app: &App, txn: &Write) -> Result<(account::Model, By), Error> {
        let account = account::Entity::find_by_id(self.account).lock_exclusive().one(txn).await?;
        let account = account.filter(|account| account.hash(app).as_ref() == Some(&self.against));
        let account = account.ok_or(WRONG_CREDENTIALS)?;
        if account_lock::stands(txn, account.id).await? {
            return Err(WRONG_CREDENTIALS.into());
        }
        let by = match check_code::answer(txn, app, account.id, self.code.as_deref()).await? {
            Answer::Nothing => By::Password,
            Answer::Code => By::SecondFactor,
            Answer::Recovery => By::RecoveryCode,
        };
        sign_in_throttle::forgive(txn, &self.address_digest, &self.client).await?;
        sign_in_throttle::forgive(txn, &check_code::codes_digest(app, account.id), &self.client).await?;
        Ok((account, by))
    }

    /// Uses the proof to let its bearer in.
    ///
    /// # Errors
    /// As [`Proven::hold`].
    pub async fn sign_in(self, app: &App) -> Result<Authenticated, Error> {
        let hash = self.against.clone();
        let txn = app.database.begin_write().await?;
        let (account, by) = self.hold(app, &txn).await?;
        Ok(Authenticated { txn, account: account.id, hash, by })
    }
}
