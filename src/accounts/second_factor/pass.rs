//! What a page carries from the password to the code: that this password was right a moment ago,
//! sealed. It opens nothing without a code, and nothing at all once the password is another.

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use crate::app::App;
use crate::error::Fault;
use crate::secrets::digest;

/// How long somebody may look for their phone.
const LASTS: TimeDelta = TimeDelta::minutes(10);

const PURPOSE: &str = "accounts/pass";

/// For whoever knows the password with this hash.
///
/// # Errors
/// Where the operating system has no randomness.
pub fn give(app: &App, account: Uuid, hash: &str) -> Result<String, Fault> {
    let until = (app.now() + LASTS).timestamp().to_be_bytes();
    let plain = [account.as_bytes().as_slice(), &until, &digest(hash.as_bytes())].concat();
    Ok(BASE64URL_NOPAD.encode(&app.secrets.seal(PURPOSE, &[], &plain)?))
}

/// Whose it is, and the digest of the hash it was given for; None where it is not ours or too old.
#[must_use]
pub fn open_pass(app: &App, text: &str) -> Option<(Uuid, Vec<u8>)> {
    let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let plain = app.secrets.open(PURPOSE, &[], &sealed).ok()?;
    let (account, rest) = plain.split_first_chunk::<16>()?;
    let (until, hash) = rest.split_first_chunk::<8>()?;
    let is_good = i64::from_be_bytes(*until) > app.now().timestamp();
    is_good.then(|| (Uuid::from_bytes(*account), hash.to_vec()))
}
