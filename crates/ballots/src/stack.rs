//! Work on keys and open ballots leaves nothing on the stack.

use zeroize::zeroize_stack;

/// More stack than any work on keys takes: unoptimised, sealing a ballot takes a tenth of it.
const REACH: usize = 64 * 1024;

/// Runs work on secrets and wipes the stack it used. Compilers copy what is returned or moved and
/// leave the copies behind; so what comes back must hold its secrets on the heap.
pub fn leaving_nothing<T>(work: impl FnOnce() -> T) -> T {
    let done = apart(work);
    zeroize_stack::<REACH>();
    done
}

/// Never part of its caller: its stack begins where the wiping does.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    /// Asked of the same place on the stack, because both calls begin at the same depth.
    #[inline(never)]
    fn place_of(work: impl FnOnce(usize)) {
        let bytes = black_box([0x5a_u8; 64]);
        work(bytes.as_ptr().addr());
    }

    #[test]
    fn work_runs_within_the_reach_of_the_wiping() {
        let here = black_box(0_u8);
        let here = std::ptr::from_ref(&here).addr();
        leaving_nothing(|| place_of(|place| assert!(here.abs_diff(place) < REACH)));
    }
}
