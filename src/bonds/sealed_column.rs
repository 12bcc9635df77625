//! A column that is sealed in its row and opened nowhere else.

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::secrets::{NotOpened, Secrets};

const PURPOSE: &str = "sealed in its row";

/// A column that is sealed in the place it stands in. The row's key is called `id`.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    pub table: &'static str,
    pub name: &'static str,
}

impl SealedColumn {
    fn place(&self, id: Uuid) -> Vec<u8> {
        [self.table.as_bytes(), b".", self.name.as_bytes(), b"\0", id.as_bytes().as_slice()].concat()
    }

    /// What is stored in the row of this id.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(&self, secrets: &Secrets, id: Uuid, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        secrets.seal(PURPOSE, &self.place(id), plain)
    }

    /// What was sealed in the row of this id.
    ///
    /// # Errors
    /// Where it was sealed for another row, or under a key this house does not have.
    pub fn open(&self, secrets: &Secrets, id: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        secrets.open(PURPOSE, &self.place(id), sealed)
    }
}
