//! Whom somebody lights up for, and how it is written before it is sealed.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The most targets a ballot has room for.
pub const ROOM: usize = 10;

/// One byte of flags, three of nothing, ten person numbers of four bytes.
pub(crate) const PLAIN: usize = 4 + 4 * ROOM;

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
    /// On the heap, at most [`ROOM`].
    targets: Vec<u32>,
}

/// A ballot names more people than it has room for, or nobody by the number 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ballot has room for ten people, each with a number above 0")]
pub struct NoRoom;

impl Ballot {
    /// A ballot somebody sends.
    ///
    /// # Errors
    /// More than [`ROOM`] targets, or one that is 0.
    pub fn cast(targets: &[u32], stage: bool) -> Result<Self, NoRoom> {
        if targets.len() > ROOM || targets.contains(&0) {
            return Err(NoRoom);
        }
        Ok(Self { stage, follow_up: false, cast: true, targets: targets.to_vec() })
    }

    /// The people named, dearest first.
    pub fn targets(&self) -> impl Iterator<Item = u32> + '_ {
        self.targets.iter().copied()
    }

    /// How dear a person is, 1 the dearest; None where not named.
    #[must_use]
    pub fn rank(&self, person: u32) -> Option<u8> {
        let place = self.targets().position(|target| target == person)?;
        u8::try_from(place + 1).ok()
    }

    /// Writes the ballot as it is sealed, over zeros.
    pub(crate) fn write(&self, plain: &mut [u8]) {
        let Some((flags, numbers)) = plain.split_first_chunk_mut::<4>() else { return };
        let set = [(self.stage, STAGE), (self.follow_up, FOLLOW_UP), (self.cast, CAST)];
        let set = set.into_iter().filter(|(set, _)| *set).fold(0, |flags, (_, flag)| flags | flag);
        *flags = [set, 0, 0, 0];
        for (bytes, target) in numbers.chunks_exact_mut(4).zip(&self.targets) {
            bytes.copy_from_slice(&target.to_be_bytes());
        }
    }

    pub(crate) fn read(plain: &[u8]) -> Self {
        let (flags, numbers) = plain.split_at_checked(4).unwrap_or((&[], &[]));
        let flags = flags.first().copied().unwrap_or(0);
        let set = |flag| flags & flag != 0;
        let mut targets = Vec::with_capacity(ROOM);
        targets.extend(numbers.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes)));
        let named = targets.iter().position(|target| *target == 0).unwrap_or(targets.len());
        targets.truncate(named);
        Self { stage: set(STAGE), follow_up: set(FOLLOW_UP), cast: set(CAST), targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ballot_holds_ten_and_nobody_called_zero() {
        assert!(Ballot::cast(&[1; ROOM], false).is_ok());
        assert_eq!(Ballot::cast(&[1; ROOM + 1], false), Err(NoRoom));
        assert_eq!(Ballot::cast(&[3, 0], false), Err(NoRoom));
    }
}
