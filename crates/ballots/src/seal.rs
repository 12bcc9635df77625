//! The sealing of ballots: every ballot, empty or full, is 84 bytes that only the round's key opens,
//! and only in the place and for the person it was sealed for.
//!
//! `k = HKDF-SHA256(ikm = secret, salt = event ‖ round, info = "queqiao/ballot/v1")`, and
//! `blob = nonce(24) ‖ XChaCha20-Poly1305(k, nonce, plaintext(44), aad)`, where the associated data
//! names event, round, person and the person's account, so that a ballot moved to somebody else does
//! not open, nor one whose application was moved to another account.
//!
//! Secrets lie on the heap, are filled where they lie and wiped there; whoever works on them leaves
//! nothing on the stack ([`stack::leaving_nothing`]).

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use data_encoding::BASE32_NOPAD;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::ballot::{Ballot, PLAIN};
use crate::secret::Secret;
use crate::stack;

/// Bytes of a sealed ballot, always.
pub const SEALED: usize = NONCE + PLAIN + TAG;

const NONCE: usize = 24;
const TAG: usize = 16;
const CONTEXT: &[u8] = b"queqiao/ballot/v1";

/// The bytes were not sealed with this key for this event, round and person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ballot of this person in this round")]
pub struct NotSealedHere;

/// Seals and opens the ballots of one round.
pub struct Seal {
    key: Box<[u8; 32]>,
    event: u64,
    round: u64,
}

/// Whom a ballot is sealed for: the number in the event, and the account it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub person: u32,
    pub account: &'a [u8],
}

impl Seal {
    /// `event` and `round` are the numbers the key is bound to.
    #[must_use]
    pub fn of(secret: &Secret, event: u64, round: u64) -> Self {
        let mut seal = Self { key: Box::new([0; 32]), event, round };
        stack::leaving_nothing(|| {
            let salt = [event, round].map(u64::to_be_bytes);
            // 32 bytes are always a valid length for this expansion, so there is no error to tell.
            let _ = Hkdf::<Sha256>::new(Some(salt.as_flattened()), secret.as_ref()).expand(CONTEXT, seal.key.as_mut());
        });
        seal
    }

    /// Seals a ballot for one person. `nonce` must be fresh from the operating system: a repeated
    /// one would show whether two ballots are equal.
    #[must_use]
    pub fn close(&self, nonce: [u8; NONCE], owner: Owner<'_>, ballot: &Ballot) -> Vec<u8> {
        let mut sealed = vec![0; SEALED];
        stack::leaving_nothing(|| self.close_in(&mut sealed, nonce, owner, ballot));
        sealed
    }

    fn close_in(&self, sealed: &mut [u8], nonce: [u8; NONCE], owner: Owner<'_>, ballot: &Ballot) {
        let (front, body) = sealed.split_at_mut(NONCE);
        let (body, tag) = body.split_at_mut(PLAIN);
        front.copy_from_slice(&nonce);
        ballot.write(body);
        match self.cipher().encrypt_inout_detached(&nonce.into(), &self.place(owner), (&mut *body).into()) {
            Ok(made) => tag.copy_from_slice(&made),
            // Only a text longer than 256 GiB can fail to be sealed; nothing leaves here in the open.
            Err(_) => body.zeroize(),
        }
    }

    /// Opens what was sealed for this person in this round.
    ///
    /// # Errors
    /// Anything else: another person's, account's, round's or event's ballot, another key, a changed byte.
    pub fn open(&self, owner: Owner<'_>, sealed: &[u8]) -> Result<Ballot, NotSealedHere> {
        stack::leaving_nothing(|| self.open_in(owner, sealed))
    }

    fn open_in(&self, owner: Owner<'_>, sealed: &[u8]) -> Result<Ballot, NotSealedHere> {
        if sealed.len() != SEALED {
            return Err(NotSealedHere);
        }
        let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(NotSealedHere)?;
        let (body, tag) = body.split_last_chunk::<TAG>().ok_or(NotSealedHere)?;
        let mut plain = body.to_vec();
        self.cipher()
            .decrypt_inout_detached(&(*nonce).into(), &self.place(owner), plain.as_mut_slice().into(), &(*tag).into())
            .map_err(|_| NotSealedHere)?;
        let ballot = Ballot::read(&plain);
        plain.zeroize();
        Ok(ballot)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.key.as_ref().into())
    }

    fn place(&self, owner: Owner<'_>) -> Vec<u8> {
        let numbers = [self.event, self.round, u64::from(owner.person)].map(u64::to_be_bytes);
        [CONTEXT, b"\0", numbers.as_flattened(), owner.account].concat()
    }
}

impl Drop for Seal {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

/// What a person keeps to find the ballot in the closing bulletin: eight characters that tell
/// nothing, since the sealed bytes they are made from are random without the key.
#[must_use]
pub fn receipt(sealed: &[u8]) -> String {
    let digest = Sha256::new().chain_update(b"queqiao/receipt/v1\0").chain_update(sealed).finalize();
    BASE32_NOPAD.encode(digest.get(..5).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ballot::{NoRoom, ROOM};
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    /// Known answer C6: secret 00..1f, event 7, round 3, person 1001, nonce 40..57.
    const FULL: &str = "404142434445464748494a4b4c4d4e4f505152535455565763460e806eb3c4dac8b71f7a9e02f48a65f3c16278df159b617e32b0553511a10f6f3daf98eed6b941708f4b3cfd28496e5640ba60ef4e83a688e2a9";
    const EMPTY: &str = "404142434445464748494a4b4c4d4e4f505152535455565762460e806eb3c30fc8b718ab9e02fcec65f3c16278df159b617e32b0553511a10f6f3daf98eed6b941708f4b25822255e5a0b61fad6f7f85e07a7d0b";

    fn of_bytes(bytes: [u8; 32]) -> Secret {
        Secret::filled(|place| {
            *place = bytes;
            Ok::<_, NoRoom>(())
        })
        .unwrap()
    }

    fn secret() -> Secret {
        of_bytes(std::array::from_fn(|byte| u8::try_from(byte).unwrap()))
    }

    /// The vectors were made before ballots were bound to accounts, too.
    fn owner(person: u32) -> Owner<'static> {
        Owner { person, account: &[] }
    }

    fn nonce() -> [u8; NONCE] {
        std::array::from_fn(|byte| u8::try_from(byte + 0x40).unwrap())
    }

    #[test]
    fn c6_a_ballot_is_sealed_byte_for_byte() {
        let mut ballot = Ballot::cast(&[2005, 2001, 2150], true).unwrap();
        // The vector was made before ballots said whether somebody had sent them.
        ballot.cast = false;
        let sealed = Seal::of(&secret(), 7, 3).close(nonce(), owner(1001), &ballot);
        assert_eq!(HEXLOWER.encode(&sealed), FULL);
    }

    #[test]
    fn c6_an_empty_ballot_is_sealed_byte_for_byte() {
        let sealed = Seal::of(&secret(), 7, 3).close(nonce(), owner(1001), &Ballot::default());
        assert_eq!(HEXLOWER.encode(&sealed), EMPTY);
    }

    #[test]
    fn a_receipt_is_eight_characters() {
        assert_eq!(receipt(&[7; SEALED]).len(), 8);
        assert_ne!(receipt(&[7; SEALED]), receipt(&[8; SEALED]));
    }

    proptest! {
        /// P-C6: what is sealed opens to the same, only in its own place, and is always as long.
        #[test]
        fn p_c6_a_ballot_opens_only_in_its_place(
            secret: [u8; 32], nonce: [u8; NONCE], event: u64, round: u64, person: u32, account: [u8; 16],
            targets in prop::collection::vec(1..=u32::MAX, 0..=ROOM), stage: bool, flipped in 0..SEALED,
        ) {
            let secret = of_bytes(secret);
            let owner = Owner { person, account: &account };
            let other = Owner { person: person ^ 1, ..owner };
            let stranger = Owner { account: &account.map(|byte| byte ^ 1), ..owner };
            let ballot = Ballot::cast(&targets, stage).unwrap();
            let seal = Seal::of(&secret, event, round);
            let mut sealed = seal.close(nonce, owner, &ballot);
            prop_assert_eq!(sealed.len(), 84);
            prop_assert_eq!(seal.open(owner, &sealed).unwrap(), ballot);
            prop_assert!(seal.open(other, &sealed).is_err());
            prop_assert!(seal.open(stranger, &sealed).is_err());
            prop_assert!(Seal::of(&secret, event ^ 1, round).open(owner, &sealed).is_err());
            prop_assert!(Seal::of(&secret, event, round ^ 1).open(owner, &sealed).is_err());
            prop_assert!(Seal::of(&of_bytes([9; 32]), event, round).open(owner, &sealed).is_err());
            prop_assert!(seal.open(owner, &sealed[1..]).is_err());
            sealed[flipped] ^= 1;
            prop_assert!(seal.open(owner, &sealed).is_err());
        }
    }
}
