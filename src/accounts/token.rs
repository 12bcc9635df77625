//! Tokens that are handed out once and kept only as a digest: mail links, refresh tokens, browser
//! sessions.

use data_encoding::BASE64URL_NOPAD;

use crate::app::App;
use crate::secrets;

/// Characters of a token's text; anything longer was not made here.
const LENGTH: usize = 43;

/// A token on its way out: the text for its owner, the digest for the table.
pub struct Minted {
    pub text: String,
    pub digest: Vec<u8>,
}

/// 256 bits nobody can guess.
///
/// # Errors
/// A fault where the operating system has no randomness.
pub fn mint(app: &App) -> anyhow::Result<Minted> {
    Ok(derived(&app.chance.secret::<32>()?))
}

/// A token made of 32 bytes that nobody can guess.
#[must_use]
pub fn derived(bytes: &[u8]) -> Minted {
    let text = BASE64URL_NOPAD.encode(bytes);
    let digest = secrets::digest(text.as_bytes());
    Minted { text, digest }
}

/// The digest to look a shown token up by. The table is searched by digest, so how long the search
/// takes tells nothing about the token.
#[must_use]
pub fn digest(text: &str) -> Option<Vec<u8>> {
    (text.len() == LENGTH).then(|| secrets::digest(text.as_bytes()))
}
