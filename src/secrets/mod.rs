//! The secrets of an installation, numbered, and the keys derived from them, one for each purpose, so
//! that a key learnt in one place opens nothing elsewhere.
//!
//! One secret seals and signs; the others open what was sealed under them until all of it has been
//! sealed anew. What is sealed says by its first four bytes under which number. Beside them there is
//! the house's lasting key, which lies in its database, sealed: what must stay the same as long as the
//! house stands (addresses people share, marks that keep somebody from answering twice) is made of it.

pub mod key_file;
mod keyed_digest;
mod load;
mod rotation;
mod sealing;

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use key_file::{NumberedKey, Stamp};
pub use sealing::{NotOpened, SEAL_OVERHEAD, sealed_under};

/// Where the secrets come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `security.secret` and `security.secret_beside`.
    Settings,
    /// `security.secret_file`, which was there.
    File(PathBuf),
    /// `security.secret_file`, which was not: the secret is made, and lies nowhere yet.
    Unwritten(PathBuf),
    /// Of this process alone: tests and rehearsals.
    Process,
}

/// The secrets of the installation, the sealing one first; wiped from memory when the house closes.
pub struct Secrets(RwLock<Ring>);

struct Ring {
    keys: Vec<NumberedKey>,
    lasting: Zeroizing<[u8; 32]>,
    source: Source,
    /// The house the key file says it belongs to.
    house: Option<Uuid>,
    stamp: Stamp,
    looked: Instant,
    /// Whether a key that does not fit the database is meant.
    meant: bool,
}

impl Secrets {
    /// These, where it is meant that they are others than those of the database (`--new-key`).
    #[must_use]
    pub fn expecting_new_key(self) -> Self {
        self.change(|ring| ring.meant = true);
        self
    }

    fn read<T>(&self, question: impl FnOnce(&Ring) -> T) -> T {
        question(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut Ring) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where they come from.
    #[must_use]
    pub fn source(&self) -> Source {
        self.read(|ring| ring.source.clone())
    }

    /// The house the key file says it belongs to.
    #[must_use]
    pub fn house(&self) -> Option<Uuid> {
        self.read(|ring| ring.house)
    }

    #[must_use]
    pub fn are_meant(&self) -> bool {
        self.read(|ring| ring.meant)
    }

    /// The number what is sealed now is sealed under.
    #[must_use]
    pub fn newest(&self) -> u32 {
        self.read(|ring| ring.keys.first().map_or(0, |newest| newest.number))
    }

    /// The numbers of all keys that open, the sealing one first.
    #[must_use]
    pub fn numbers(&self) -> Vec<u32> {
        self.read(|ring| ring.keys.iter().map(|key| key.number).collect())
    }

    /// Gives the keys the numbers the database knows them by, in the order of [`Secrets::numbers`].
    pub fn number(&self, numbers: &[u32]) {
        self.change(|ring| {
            for (key, number) in ring.keys.iter_mut().zip(numbers) {
                key.number = *number;
            }
        });
    }

    /// What the lasting keys are made of from now on.
    pub fn last(&self, root: Zeroizing<[u8; 32]>) {
        self.change(|ring| ring.lasting = root);
    }

    /// What the lasting keys of a house from before there were numbers are made of: its one secret.
    #[must_use]
    pub fn first_root(&self) -> Zeroizing<[u8; 32]> {
        self.read(|ring| ring.keys.iter().min_by_key(|key| key.number).map(NumberedKey::root)).unwrap_or_default()
    }
}

/// What is stored instead of a token: high-entropy secrets need no salt and no slow hash.
#[must_use]
pub fn digest(token: &[u8]) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

fn zeroizing_copy(secret: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.to_vec())
}
