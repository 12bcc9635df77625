//! The sealing of ballots: every ballot, empty or full, is 84 bytes that only the round's key opens,
//! and only in the place it was sealed for.
//!
//! `k = HKDF-SHA256(ikm = secret, salt = event ‖ round, info = "queqiao/ballot/v1")`, and
//! `blob = nonce(24) ‖ XChaCha20-Poly1305(k, nonce, plaintext(44), aad)`, where the associated data
//! names event, round and person, so that a ballot moved to somebody else does not open.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use data_encoding::BASE32_NOPAD;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// What a round's key is made of; from the operating system, one a round.
pub type Secret = Zeroizing<[u8; 32]>;

/// The most targets a ballot has room for.
pub const ROOM: usize = 10;
/// Bytes of a sealed ballot, always.
pub const SEALED: usize = NONCE + PLAIN + TAG;

const NONCE: usize = 24;
const TAG: usize = 16;
/// One byte of flags, three of nothing, ten person numbers of four bytes.
const PLAIN: usize = 4 + 4 * ROOM;
const CONTEXT: &[u8] = b"queqiao/ballot/v1";

const STAGE: u8 = 1;
const CAST: u8 = 2;
const FOLLOW_UP: u8 = 4;

/// Whom somebody lights up for, dearest first. Wiped when dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Ballot {
    /// 愿意上台: would walk on stage with somebody who picked back.
    pub stage: bool,
    /// A volunteer may ask later how it went with somebody who picked back.
    pub follow_up: bool,
    /// Somebody sent it; the ones made for everybody at the opening were not.
    pub cast: bool,
    targets: [u32; ROOM],
}

/// A ballot names more people than it has room for, or nobody by the number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ballot has room for ten people, each with a number above 0")]
pub struct NoRoom;

/// The bytes were not sealed with this key for this event, round and person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ballot of this person in this round")]
pub struct NotSealedHere;

impl Ballot {
    /// A ballot somebody sends.
    ///
    /// # Errors
    /// More than [`ROOM`] targets, or one that is 0.
    pub fn cast(targets: &[u32], stage: bool) -> Result<Self, NoRoom> {
        let mut ballot = Self { stage, follow_up: false, cast: true, targets: [0; ROOM] };
        if targets.len() > ROOM || targets.contains(&0) {
            return Err(NoRoom);
        }
        for (slot, target) in ballot.targets.iter_mut().zip(targets) {
            *slot = *target;
        }
        Ok(ballot)
    }

    /// The people named, dearest first.
    pub fn targets(&self) -> impl Iterator<Item = u32> + '_ {
        self.targets.iter().copied().take_while(|target| *target != 0)
    }

    /// How dear a person is, 1 the dearest; None where not named.
    #[must_use]
    pub fn rank(&self, person: u32) -> Option<u8> {
        let place = self.targets().position(|target| target == person)?;
        u8::try_from(place + 1).ok()
    }

    fn plain(&self) -> Zeroizing<[u8; PLAIN]> {
        let mut plain = Zeroizing::new([0; PLAIN]);
        let (flags, numbers) = plain.split_at_mut(4);
        if let Some(first) = flags.first_mut() {
            let flags = [(self.stage, STAGE), (self.follow_up, FOLLOW_UP), (self.cast, CAST)];
            *first = flags.into_iter().filter(|(set, _)| *set).fold(0, |flags, (_, flag)| flags | flag);
        }
        for (bytes, target) in numbers.chunks_exact_mut(4).zip(self.targets) {
            bytes.copy_from_slice(&target.to_be_bytes());
        }
        plain
    }

    fn from_plain(plain: &[u8]) -> Self {
        let (flags, numbers) = plain.split_at_checked(4).unwrap_or((&[], &[]));
        let flags = flags.first().copied().unwrap_or(0);
        let set = |flag| flags & flag != 0;
        let mut ballot = Self { stage: set(STAGE), follow_up: set(FOLLOW_UP), cast: set(CAST), targets: [0; ROOM] };
        let (numbers, _) = numbers.as_chunks::<4>();
        for (slot, bytes) in ballot.targets.iter_mut().zip(numbers) {
            *slot = u32::from_be_bytes(*bytes);
        }
        ballot
    }
}

/// Seals and opens the ballots of one round.
pub struct Seal {
    key: Zeroizing<[u8; 32]>,
    event: u64,
    round: u64,
}

impl Seal {
    /// `event` and `round` are the numbers the key is bound to.
    #[must_use]
    pub fn of(secret: &Secret, event: u64, round: u64) -> Self {
        let mut salt = [0; 16];
        let (front, back) = salt.split_at_mut(8);
        front.copy_from_slice(&event.to_be_bytes());
        back.copy_from_slice(&round.to_be_bytes());
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are always a valid length for this expansion, so there is no error to tell.
        let _ = Hkdf::<Sha256>::new(Some(&salt), secret.as_ref()).expand(CONTEXT, key.as_mut());
        Self { key, event, round }
    }

    /// Seals a ballot for one person. `nonce` must be fresh from the operating system: a repeated
    /// one would show whether two ballots are equal.
    #[must_use]
    pub fn close(&self, nonce: [u8; NONCE], person: u32, ballot: &Ballot) -> [u8; SEALED] {
        let mut sealed = [0; SEALED];
        let (front, body) = sealed.split_at_mut(NONCE);
        let (body, tag) = body.split_at_mut(PLAIN);
        front.copy_from_slice(&nonce);
        body.copy_from_slice(ballot.plain().as_ref());
        // Only a text longer than 256 GiB can fail to be sealed.
        if let Ok(made) = self.cipher().encrypt_inout_detached(&nonce.into(), &self.place(person), (&mut *body).into())
        {
            tag.copy_from_slice(&made);
        }
        sealed
    }

    /// Opens what was sealed for this person in this round.
    ///
    /// # Errors
    /// Anything else: another person's, round's or event's ballot, another key, a changed byte.
    pub fn open(&self, person: u32, sealed: &[u8]) -> Result<Ballot, NotSealedHere> {
        if sealed.len() != SEALED {
            return Err(NotSealedHere);
        }
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(NotSealedHere)?;
        let (body, tag) = body.split_at_checked(PLAIN).ok_or(NotSealedHere)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| NotSealedHere)?;
        let tag: [u8; TAG] = tag.try_into().map_err(|_| NotSealedHere)?;
        let mut plain = Zeroizing::new([0; PLAIN]);
        plain.copy_from_slice(body);
        self.cipher()
            .decrypt_inout_detached(&nonce.into(), &self.place(person), plain.as_mut_slice().into(), &tag.into())
            .map_err(|_| NotSealedHere)?;
        Ok(Ballot::from_plain(plain.as_ref()))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key: &[u8; 32] = &self.key;
        XChaCha20Poly1305::new(key.into())
    }

    fn place(&self, person: u32) -> Vec<u8> {
        let numbers = [self.event, self.round, u64::from(person)].map(u64::to_be_bytes);
        [CONTEXT, b"\0", numbers.as_flattened()].concat()
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
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    /// Known answer C6: secret 00..1f, event 7, round 3, person 1001, nonce 40..57.
    const FULL: &str = "404142434445464748494a4b4c4d4e4f505152535455565763460e806eb3c4dac8b71f7a9e02f48a65f3c16278df159b617e32b0553511a10f6f3daf98eed6b941708f4b3cfd28496e5640ba60ef4e83a688e2a9";
    const EMPTY: &str = "404142434445464748494a4b4c4d4e4f505152535455565762460e806eb3c30fc8b718ab9e02fcec65f3c16278df159b617e32b0553511a10f6f3daf98eed6b941708f4b25822255e5a0b61fad6f7f85e07a7d0b";

    fn secret() -> Secret {
        Zeroizing::new(std::array::from_fn(|byte| u8::try_from(byte).unwrap()))
    }

    fn nonce() -> [u8; NONCE] {
        std::array::from_fn(|byte| u8::try_from(byte + 0x40).unwrap())
    }

    #[test]
    fn c6_a_ballot_is_sealed_byte_for_byte() {
        let mut ballot = Ballot::cast(&[2005, 2001, 2150], true).unwrap();
        // The vector was made before ballots said whether somebody had sent them.
        ballot.cast = false;
        let sealed = Seal::of(&secret(), 7, 3).close(nonce(), 1001, &ballot);
        assert_eq!(HEXLOWER.encode(&sealed), FULL);
    }

    #[test]
    fn c6_an_empty_ballot_is_sealed_byte_for_byte() {
        let sealed = Seal::of(&secret(), 7, 3).close(nonce(), 1001, &Ballot::default());
        assert_eq!(HEXLOWER.encode(&sealed), EMPTY);
    }

    #[test]
    fn a_ballot_holds_ten_and_nobody_called_zero() {
        assert!(Ballot::cast(&[1; ROOM], false).is_ok());
        assert_eq!(Ballot::cast(&[1; ROOM + 1], false), Err(NoRoom));
        assert_eq!(Ballot::cast(&[3, 0], false), Err(NoRoom));
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
            secret: [u8; 32], nonce: [u8; NONCE], event: u64, round: u64, person: u32,
            targets in prop::collection::vec(1..=u32::MAX, 0..=ROOM), stage: bool, flipped in 0..SEALED,
        ) {
            let secret = Zeroizing::new(secret);
            let ballot = Ballot::cast(&targets, stage).unwrap();
            let seal = Seal::of(&secret, event, round);
            let mut sealed = seal.close(nonce, person, &ballot);
            prop_assert_eq!(sealed.len(), 84);
            prop_assert_eq!(seal.open(person, &sealed).unwrap(), ballot);
            prop_assert!(seal.open(person ^ 1, &sealed).is_err());
            prop_assert!(Seal::of(&secret, event ^ 1, round).open(person, &sealed).is_err());
            prop_assert!(Seal::of(&secret, event, round ^ 1).open(person, &sealed).is_err());
            prop_assert!(Seal::of(&Zeroizing::new([9; 32]), event, round).open(person, &sealed).is_err());
            prop_assert!(seal.open(person, &sealed[1..]).is_err());
            sealed[flipped] ^= 1;
            prop_assert!(seal.open(person, &sealed).is_err());
        }
    }
}
