//! Where passwords are hashed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Block;

/// The memory one hashing works in: nineteen megabytes, which in a crowd are not asked for and given
/// back at every sign-in. As many are kept as hash at once, until [`clear_idle`].
struct Benches {
    free: Vec<Vec<Block>>,
    /// Whether somebody has hashed since they were looked at last.
    used: bool,
}

static BENCHES: Mutex<Benches> = Mutex::new(Benches { free: Vec::new(), used: false });

fn benches() -> MutexGuard<'static, Benches> {
    BENCHES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives back the memory that nobody has hashed in since this was last asked for.
pub fn clear_idle() {
    let mut benches = benches();
    if !std::mem::take(&mut benches.used) {
        benches.free.clear();
    }
}

fn free_bench() -> Vec<Block> {
    let mut benches = benches();
    benches.used = true;
    benches.free.pop().unwrap_or_default()
}

/// Works on a bench of so many blocks, and leaves nothing on it.
pub fn on_a_bench<T>(blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
    let mut bench = free_bench();
    bench.resize(bench.len().max(blocks), Block::new());
    let done = work(&mut bench);
    bench.fill(Block::new());
    benches().free.push(bench);
    done
}
