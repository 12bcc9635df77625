//! What processes take of the machine, as `/proc` says.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// Ticks of `/proc/PID/stat` are hundredths of a second for every program, whatever the kernel counts in.
const TICK: Duration = Duration::from_millis(10);

/// The fields of a `stat` file behind the name, in which anything may stand; the first is the state.
fn fields(process: u32) -> Option<Vec<u64>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    Some(behind.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
}

fn sum(fields: &[u64], places: &[usize]) -> Duration {
    let ticks: u64 = places.iter().filter_map(|place| fields.get(*place)).sum();
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// Time of a core that a process has taken since it began: its own and the kernel's for it.
#[must_use]
pub fn time_taken(process: u32) -> Duration {
    sum(&fields(process).unwrap_or_default(), &[11, 12])
}

/// The same of a process with its children: those that live, and those that ended and were waited for.
#[must_use]
pub fn time_taken_by_family(process: u32) -> Duration {
    let own = sum(&fields(process).unwrap_or_default(), &[11, 12, 13, 14]);
    let children = fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| {
        let child = fields(entry.ok()?.file_name().to_str()?.parse().ok()?)?;
        (child.get(1) == Some(&u64::from(process))).then(|| sum(&child, &[11, 12]))
    });
    own + children.sum::<Duration>()
}

/// Bytes a process has in memory now.
///
/// # Errors
/// Where there is no such process.
pub fn resident(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}
