//! The digest that makes the ledger hard to rewrite: each day's is taken over the one before and
//! the day's lines in order, so that whoever wrote down one digest would notice a line changed,
//! added or taken away anywhere before it.

use sha2::{Digest, Sha256};

/// What the first day's digest is taken over.
pub const BEGINNING: [u8; 32] = [0; 32];

/// `SHA-256(previous ‖ line₁ ‖ "\n" ‖ line₂ ‖ "\n" …)`, the lines sorted by their bytes. Lines
/// themselves hold no line break.
#[must_use]
pub fn link(previous: &[u8; 32], mut lines: Vec<String>) -> [u8; 32] {
    lines.sort_unstable();
    let mut digest = Sha256::new();
    digest.update(previous);
    for line in &lines {
        digest.update(line.as_bytes());
        digest.update(b"\n");
    }
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(of: &[&str]) -> Vec<String> {
        of.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_order_of_reading_does_not_matter_and_everything_else_does() {
        let first = link(&BEGINNING, lines(&["b", "a"]));
        assert_eq!(first, link(&BEGINNING, lines(&["a", "b"])));
        assert_ne!(first, link(&BEGINNING, lines(&["a"])));
        assert_ne!(first, link(&BEGINNING, lines(&["ab"])));
        assert_ne!(first, link(&BEGINNING, lines(&["a", "b", "b"])));
        assert_ne!(first, link(&first, lines(&["a", "b"])));
    }

    #[test]
    fn anybody_can_recompute_it() {
        // printf '%064d' 0 | xxd -r -p > d; printf 'a\nb\n' >> d; sha256sum d
        let hex: String = link(&BEGINNING, lines(&["b", "a"])).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "95742c919b9ec0178a72b7e04974859471c5c24418d2cc2d20ca3417d76134bd");
    }
}
