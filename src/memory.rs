//! What this process has forgotten is nowhere in it any more, and nobody else may look into it.
//!
//! Freed memory is wiped before it is handed out again, whoever used it: words of a request, a row, an
//! answer. The stack has no such moment, so work on keys and open ballots says itself when it is done
//! ([`queqiao_ballots::stack`]). Other processes of the same user can neither read this one nor have it
//! written to disk in a crash; what root can do, nobody can prevent.

use std::alloc::System;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, anyhow};
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPES_WHAT_IS_FREED: ZeroAlloc<System> = ZeroAlloc(System);

/// What glibc's allocator is told as a process begins, and at no other time.
const THRIFT: [(&str, &str); 2] = [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "1048576")];

/// Begins this process anew, with an allocator that gives back what is freed. Left alone it keeps up to
/// eight heaps a core, none of which uses what another one has to spare, and puts large blocks among the
/// small ones once it has seen a large one go. What whoever started the process has set stands. Returns
/// where nothing is left to say, or where the program cannot be found again: it then serves as it is.
pub fn begin_thriftily() {
    let unsaid: Vec<_> = THRIFT.into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect();
    let (Ok(program), false) = (env::current_exe(), unsaid.is_empty()) else { return };
    let mut called = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = called.next() {
        again.arg0(name);
    }
    let _refused = again.args(called).envs(unsaid).exec();
}

/// Other processes of the same user may not look into this one, and a crash writes nothing of it down.
///
/// # Errors
/// Where the system refuses, which Linux never does.
pub fn close_to_others() -> anyhow::Result<()> {
    let mut wish = secmem_proc::Config::DEFAULT;
    // Root may trace this process as it may do anything; a start that refuses would only be in the way.
    wish.set_anti_tracing(false);
    wish.harden_process().map_err(|refused| anyhow!("{refused}")).context("memory cannot be closed to other processes")
}

/// Where memory may be written to a disk as it is: swap that is neither encrypted nor in memory itself.
#[must_use]
pub fn swapped_in_the_clear() -> Vec<String> {
    let devices = fs::read_to_string("/proc/swaps").unwrap_or_default();
    let encrypted = |device: &str| {
        let real = fs::canonicalize(device).unwrap_or_else(|_| device.into());
        let name = real.file_name().unwrap_or_default();
        let kind = Path::new("/sys/class/block").join(name).join("dm/uuid");
        fs::read_to_string(kind).is_ok_and(|kind| kind.starts_with("CRYPT-"))
    };
    swaps(&devices).filter(|device| !encrypted(device)).map(str::to_owned).collect()
}

/// Swap on a disk, as `/proc/swaps` lists it.
fn swaps(devices: &str) -> impl Iterator<Item = &str> {
    let names = devices.lines().skip(1).filter_map(|line| line.split_ascii_whitespace().next());
    names.filter(|name| !name.starts_with("/dev/zram"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_in_memory_is_no_swap_on_a_disk() {
        let listed =
            "Filename\t\tType\t\tSize\n/dev/zram0 partition 1 0 5\n/dev/sda2 partition 1 0 -2\n/swapfile file 1\n";
        assert_eq!(swaps(listed).collect::<Vec<_>>(), ["/dev/sda2", "/swapfile"]);
        assert_eq!(swaps("").count(), 0);
    }
}
