//! A program signs in.

use super::address::MailAddress;
use super::asker::Asker;
use super::authenticate::{self, Proof};
use super::authenticated::{Handed, Tokens};
use crate::app::App;
use crate::error::Error;

/// Opens a sign-in for whoever knows the password, and where a second factor is on shows a code.
///
/// # Errors
/// Those of [`authenticate::authenticate`] and [`authenticate::Proven::with_code`].
pub async fn log_in(app: &App, asker: &Asker, address: &MailAddress, proof: &Proof) -> Result<Handed<Tokens>, Error> {
    let proven = authenticate::authenticate(app, asker, address, &proof.password).await?;
    proven.with_code(app, proof.code.as_deref()).await?.sign_in(app).await?.program(app).await
}
