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
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// As [`Chance::secret`], in the place where the bytes are to stay: what is returned is copied.
    ///
    /// # Errors
    /// As there.
    pub fn fill(self, place: &mut [u8]) -> anyhow::Result<()> {
        Ok(getrandom::fill(place)?)
    }
}

/// Dice for a draw that must be replayable. Store the seed beside the result.
#[must_use]
pub fn seeded(seed: [u8; 32]) -> StdRng {
    StdRng::from_seed(seed)
}
