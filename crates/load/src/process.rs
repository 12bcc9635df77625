//! What processes take of the machine.

use std::fs;
use std::time::Duration;

use anyhow::Context;
use nix::time::ClockId;
use nix::unistd::Pid;

/// Ticks of `/proc/PID/stat` are hundredths of a second for every program, whatever the kernel counts in.
const TICK: Duration = Duration::from_millis(10);

/// A process as the kernel's calls name it.
///
/// # Errors
/// Where there can be none of this number.
pub fn pid(process: u32) -> anyhow::Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(process)?))
}

/// Time of a core that a process has taken since it began, its own and the kernel's for it, threads that ended
/// included: by the process's own clock, which is exact where `/proc/PID/stat` counts hundredths of a second.
///
/// # Errors
/// Where there is no such process.
pub fn time_taken(process: u32) -> anyhow::Result<Duration> {
    Ok(ClockId::pid_cpu_clock_id(pid(process)?)?.now()?.into())
}

/// The same of a process with its children: those that live, and those that ended and were waited for.
///
/// # Errors
/// Where there is no such process.
pub fn time_taken_by_family(process: u32) -> anyhow::Result<Duration> {
    let mut sum = time_taken(process)?;
    let own = fields(process).context("it has ended")?;
    sum += [13, 14]
        .iter()
        .filter_map(|place| own.get(*place))
        .map(|ticks| TICK * (*ticks).try_into().unwrap_or(0))
        .sum::<Duration>();
    for entry in fs::read_dir("/proc")? {
        let Some(child) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if fields(child).is_some_and(|fields| fields.get(1) == Some(&u64::from(process))) {
            // It may end meanwhile.
            sum += time_taken(child).unwrap_or_default();
        }
    }
    Ok(sum)
}

/// The fields of a `stat` file behind the name, in which anything may stand; the first is the state.
fn fields(process: u32) -> Option<Vec<u64>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, behind) = stat.rsplit_once(')')?;
    Some(behind.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
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

/// How many processes wanted a core during the last minute.
///
/// # Errors
/// Where the kernel does not say.
pub fn load_average() -> anyhow::Result<String> {
    let averages = fs::read_to_string("/proc/loadavg")?;
    Ok(averages.split(' ').next().unwrap_or_default().to_owned())
}
