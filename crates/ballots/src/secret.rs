//! What a round's key is made of. It lies on the heap, is filled where it lies and wiped there.

use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroize;

use crate::stack;

const MARK: &[u8] = b"queqiao/ballot-key-mark/v1";

/// What a round's key is made of; from the operating system, one a round.
pub struct Secret(Box<[u8; Secret::LENGTH]>);

impl Secret {
    pub const LENGTH: usize = 32;

    /// A fresh one.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn drawn() -> Result<Self, getrandom::Error> {
        Self::filled(|place| getrandom::fill(place))
    }

    /// One that is read into the place where it stays.
    ///
    /// # Errors
    /// What the reading says.
    pub fn filled<E>(read: impl FnOnce(&mut [u8; Self::LENGTH]) -> Result<(), E>) -> Result<Self, E> {
        let mut secret = Self(Box::new([0; Self::LENGTH]));
        read(&mut secret.0)?;
        Ok(secret)
    }

    /// What tells this secret from another one and tells nothing else: to see that what lies where a
    /// round's key should be is its key, before anybody trusts it with a ballot.
    #[must_use]
    pub fn mark(&self, round: Uuid) -> [u8; 16] {
        let mut mark = [0; 16];
        stack::leaving_nothing(|| {
            // 16 bytes are always a valid length for this expansion, so there is no error to tell.
            let _ = Hkdf::<Sha256>::new(Some(round.as_bytes()), self.as_ref()).expand(MARK, &mut mark);
        });
        mark
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled_with(byte: u8) -> Secret {
        let filled = Secret::filled(|place| {
            place.fill(byte);
            Ok::<_, std::convert::Infallible>(())
        });
        filled.unwrap()
    }

    #[test]
    fn a_mark_tells_one_secret_from_another_and_one_round_from_another() {
        let (round, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(filled_with(4).mark(round), filled_with(4).mark(round));
        assert_ne!(filled_with(4).mark(round), filled_with(4).mark(other));
        assert_ne!(filled_with(4).mark(round), filled_with(9).mark(round));
    }
}
