//! Stories pull the plug between any two statements of a transaction and look at what is left.
//! Release builds have no such place: [`point`] is empty there.

#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicI64, Ordering};

#[cfg(debug_assertions)]
static STATEMENTS_LEFT: AtomicI64 = AtomicI64::new(i64::MAX);

/// Lets `statements` more statements of writing transactions happen; the process dies at the next.
#[cfg(debug_assertions)]
pub fn after(statements: i64) {
    STATEMENTS_LEFT.store(statements, Ordering::SeqCst);
}

/// Stands before every statement and every commit.
pub(crate) fn point() {
    #[cfg(debug_assertions)]
    if STATEMENTS_LEFT.load(Ordering::Relaxed) != i64::MAX && STATEMENTS_LEFT.fetch_sub(1, Ordering::SeqCst) <= 0 {
        // No destructors, no flush, no goodbye: as a power cut would.
        std::process::abort();
    }
}
