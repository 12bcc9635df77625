//! Somebody is let in, by a password or by the link in a letter. What they are handed is made in the
//! very transaction that let them in.

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{access_token, mark, refresh_token, session, sign_in};
use crate::app::App;
use crate::database::Write;
use crate::error::Error;

/// Somebody stands inside the door, with nothing in hand yet.
pub struct Entered {
    pub txn: Write,
    pub account: Uuid,
    /// The hash of their password as it is now.
    pub hash: String,
}

/// What somebody who was let in is handed.
pub struct Handed<T> {
    /// Proof for the next requests.
    pub proof: T,
    /// What the device is known by from now on ([`mark::set`]).
    pub mark: String,
}

/// What a program shows from now on.
pub struct Tokens {
    pub access_token: String,
    pub refresh_token: String,
}

impl Entered {
    /// Opens a sign-in for a program.
    ///
    /// # Errors
    /// Only faults.
    pub async fn program(self, app: &App) -> Result<Handed<Tokens>, Error> {
        let Self { txn, account, hash } = self;
        let sign_in = app.new_id();
        let row = sign_in::ActiveModel {
            id: Set(sign_in),
            account_id: Set(account),
            at: Set(app.now()),
            revoked_at: Set(None),
            bond: Set(Some(sign_in::bond(app, sign_in, account))),
        };
        sign_in::Entity::insert(row).exec_without_returning(&txn).await?;
        let refresh_token = refresh_token::Entity::issue(&txn, app, sign_in).await?;
        txn.commit().await?;
        let access_token = access_token::issue_for(app, account, sign_in)?;
        Ok(Handed { proof: Tokens { access_token, refresh_token }, mark: mark::make(app, account, &hash)? })
    }

    /// Opens a session for a browser: the text for its cookie ([`super::cookie::set`]).
    ///
    /// # Errors
    /// Only faults.
    pub async fn browser(self, app: &App) -> Result<Handed<String>, Error> {
        let Self { txn, account, hash } = self;
        let proof = session::Entity::open(&txn, app, account).await?;
        txn.commit().await?;
        Ok(Handed { proof, mark: mark::make(app, account, &hash)? })
    }
}
