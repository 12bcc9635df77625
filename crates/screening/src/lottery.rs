//! Tickets that nobody can choose: the list is fixed and its root published before a public draw gives the beacon.
//! Leaves and nodes are hashed as in RFC 6962; the protocol follows RFC 3797.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::applicant::Applicant;

pub type Hash = [u8; 32];
pub type Salt = [u8; 16];

const SEED_LABEL: &[u8] = b"queqiao/lottery/v1";
const TICKET_LABEL: &[u8] = b"queqiao/ticket/v1\0";

/// The row as it is hashed: a JSON array without spaces in the order of the CSV columns.
pub fn canonical_row(applicant: &Applicant) -> String {
    serde_json::json!([
        applicant.number,
        applicant.side,
        applicant.unit,
        applicant.band,
        applicant.class,
        applicant.points,
        u8::from(applicant.held),
    ])
    .to_string()
}

/// `SHA-256(0x00 ‖ salt ‖ canonical row)`. The salt keeps others from guessing a row and looking for its leaf.
pub fn leaf(salt: &Salt, applicant: &Applicant) -> Hash {
    leaf_of(salt, &canonical_row(applicant))
}

/// As [`leaf`], of a row of any other list.
pub fn leaf_of(salt: &Salt, row: &str) -> Hash {
    let mut digest = Sha256::new();
    digest.update([0]);
    digest.update(salt);
    digest.update(row.as_bytes());
    digest.finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    let mut digest = Sha256::new();
    digest.update([1]);
    digest.update(left);
    digest.update(right);
    digest.finalize().into()
}

/// The root over leaves in the order of the applicants' numbers; the digest of nothing for an empty list.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The largest power of two smaller than `len`, as RFC 6962 splits a list of two or more.
fn split(len: usize) -> usize {
    len.next_power_of_two() / 2
}

/// The root, and for every leaf the sibling hashes on the way up to it: with the row and the salt a person can find
/// their own line in the list.
pub fn paths(leaves: &[Hash]) -> (Hash, Vec<Vec<Hash>>) {
    if leaves.len() < 2 {
        return (root(leaves), vec![Vec::new(); leaves.len()]);
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let ((left, left_paths), (right, right_paths)) = (paths(left), paths(right));
    let beside = |paths: Vec<Vec<Hash>>, sibling: Hash| {
        paths.into_iter().map(move |path| path.into_iter().chain([sibling]).collect::<Vec<Hash>>())
    };
    (node(&left, &right), beside(left_paths, right).chain(beside(right_paths, left)).collect())
}

/// The root that a leaf and its path lead to.
pub fn climbed(leaf: Hash, index: usize, len: usize, path: &[Hash]) -> Option<Hash> {
    match path.split_last() {
        None => (len == 1).then_some(leaf),
        Some((sibling, below)) if len >= 2 && index < len => {
            let middle = split(len);
            if index < middle {
                Some(node(&climbed(leaf, index, middle, below)?, sibling))
            } else {
                Some(node(sibling, &climbed(leaf, index - middle, len - middle, below)?))
            }
        }
        Some(_) => None,
    }
}

/// The lottery seed. `commit_secret` is empty unless the organizer committed to one before registration opened.
pub fn seed(commit_secret: &[u8], list_root: &Hash, beacon: &str) -> Hash {
    let mut digest = Sha256::new();
    digest.update(SEED_LABEL);
    for part in [commit_secret, list_root, beacon.as_bytes()] {
        // A beacon is a line of text: its length always fits.
        digest.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// A person's ticket: among equal points the smaller one goes first.
pub fn ticket(seed: &Hash, number: &str) -> Hash {
    // HMAC takes keys of every length, so there is no failure to report.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(seed) else { return [0; 32] };
    mac.update(TICKET_LABEL);
    mac.update(number.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn known_answer_a9() {
        let secret: Vec<u8> = (0..32).collect();
        assert_eq!(
            HEXLOWER.encode(&Sha256::digest(&secret)),
            "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
        );
        let seed = seed(&secret, &[0xaa; 32], "双色球2023112:01 05 09 17 22 31+08");
        assert_eq!(HEXLOWER.encode(&seed), "62704bf5c44ebe4fa6327e55a401f6cdc2e2ca3306de1c07b38d2bebc56ac664");
        let expected = [
            ("A0001", "fc89688faac9f548b64d2926040c51b4d4257db0b651a85238afa612e6f9185d"),
            ("A0002", "924cb3187f3c203cbee5de1eca526d8e9e22589b74c061ab9020180b84987296"),
            ("A0003", "76d0061c0802c7a77eeee49018a5994a1913f08123c5a424b95e280cfd964893"),
        ];
        for (number, hex) in expected {
            assert_eq!(HEXLOWER.encode(&ticket(&seed, number)), hex);
        }
    }

    #[test]
    fn every_leaf_finds_its_way_to_the_root() {
        for len in 0..20_u8 {
            let leaves: Vec<Hash> = (0..len).map(|byte| [byte; 32]).collect();
            let (top, ways) = paths(&leaves);
            assert_eq!(top, root(&leaves));
            for (index, way) in ways.into_iter().enumerate() {
                assert_eq!(climbed(leaves[index], index, leaves.len(), &way), Some(root(&leaves)));
                assert_ne!(climbed([255; 32], index, leaves.len(), &way), Some(root(&leaves)));
            }
        }
    }
}
