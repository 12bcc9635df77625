//! Dice and secrets, which must never be confused: dice are seeded and can be thrown again by an
//! auditor, secrets come from the operating system and can never be repeated.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// The source of secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chance;

impl Chance {
    /// `N` bytes nobody can guess.
    ///
    /// # Errors
    /// Only where the operating system has no randomness to give; the request then fails rather
    /// than going on with a weak secret.
    pub fn secret<const N: usize>(self) -> anyhow::Result<[u8; N]> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// Dice for a draw that must be replayable. Store the seed beside the result.
#[must_use]
pub fn seeded(seed: [u8; 32]) -> StdRng {
    StdRng::from_seed(seed)
}
