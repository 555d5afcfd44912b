//! What `/proc` tells about a process: whether it runs, sleeps, or can never wake up again.
//!
//! Where there is no `/proc`, nothing is known, and the callers manage without.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Pid;

/// Whether a process that is over its limit did anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Busy,
    Asleep,
    Unknown,
}

/// Looks at the threads of `pid` twice. Who waits for us to read what it writes is not asleep.
pub fn activity(pid: Pid) -> Activity {
    let before = threads(pid);
    std::thread::sleep(Duration::from_millis(50));
    let after = threads(pid);
    let rests = |thread: &Thread| !thread.runs() && !syscall(pid, thread).is_some_and(|syscall| writes(&syscall));
    match (before, after) {
        (Some(before), Some(after)) if before == after && after.iter().all(rests) => Activity::Asleep,
        (Some(_), Some(_)) => Activity::Busy,
        _ => Activity::Unknown,
    }
}

/// Notices that a process can never go on: each of its threads waits, without a time limit, for another one.
#[derive(Debug, Default)]
pub struct Standstill {
    since: Option<(Instant, Vec<Thread>)>,
}

impl Standstill {
    /// How long nothing may have moved.
    const PROOF: Duration = Duration::from_millis(500);

    /// Takes a look; whether the process has stood still long enough.
    pub fn observe(&mut self, pid: Pid) -> bool {
        let Some(threads) = threads(pid).filter(|threads| stands_still(pid, threads)) else {
            self.since = None;
            return false;
        };
        match &self.since {
            Some((since, then)) if *then == threads => since.elapsed() >= Self::PROOF,
            _ => {
                self.since = Some((Instant::now(), threads));
                false
            }
        }
    }
}

fn stands_still(pid: Pid, threads: &[Thread]) -> bool {
    !threads.is_empty()
        && threads.iter().all(|thread| syscall(pid, thread).is_some_and(|syscall| waits_for_ever(&syscall)))
        && children(pid).is_some_and(|children| children.is_empty())
}

/// The system call that `thread` is in: its number and its arguments.
fn syscall(pid: Pid, thread: &Thread) -> Option<String> {
    fs::read_to_string(format!("/proc/{}/task/{}/syscall", pid.as_raw_nonzero(), thread.id)).ok()
}

/// Whether a thread is in `write` or `writev`.
fn writes(syscall: &str) -> bool {
    let numbers: &[&str] = match () {
        () if cfg!(target_arch = "x86_64") => &["1", "20"],
        () if cfg!(target_arch = "aarch64") => &["64", "66"],
        () => &[],
    };
    syscall.split_whitespace().next().is_some_and(|number| numbers.contains(&number))
}

/// Whether a thread is in a futex wait without a timeout: what std, parking_lot and tokio block with.
fn waits_for_ever(syscall: &str) -> bool {
    const FUTEX: &str = if cfg!(target_arch = "x86_64") { "202" } else { "98" };
    const WAIT: u64 = 0;
    const LOCK_PI: u64 = 6;
    const WAIT_BITSET: u64 = 9;
    /// `FUTEX_PRIVATE_FLAG` and `FUTEX_CLOCK_REALTIME`.
    const FLAGS: u64 = 128 | 256;
    if !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) {
        return false;
    }
    let mut fields = syscall.split_whitespace();
    let number = fields.next();
    let mut argument = |n| fields.nth(n).and_then(|field| u64::from_str_radix(field.strip_prefix("0x")?, 16).ok());
    // The arguments are: address, operation, value, timeout, …
    let (operation, timeout) = (argument(1), argument(1));
    number == Some(FUTEX)
        && operation.is_some_and(|operation| matches!(operation & !FLAGS, WAIT | LOCK_PI | WAIT_BITSET))
        && timeout == Some(0)
}

/// A thread at one moment. Two moments between which it ran are not equal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thread {
    id: i32,
    state: u8,
    cpu_ticks: u64,
    switches: u64,
}

impl Thread {
    fn runs(&self) -> bool {
        self.state == b'R'
    }
}

fn threads(pid: Pid) -> Option<Vec<Thread>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).ok()? {
        let entry = entry.ok()?;
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let (state, cpu_ticks) = parse_stat(&stat)?;
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        threads.push(Thread { id, state, cpu_ticks, switches: parse_switches(&status) });
    }
    threads.sort_unstable_by_key(|thread| thread.id);
    Some(threads)
}

/// The state and the time used. The name, which stands before them in parentheses, may contain anything.
fn parse_stat(stat: &str) -> Option<(u8, u64)> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let ticks = |i: usize| fields.get(i)?.parse::<u64>().ok();
    Some((*fields.first()?.as_bytes().first()?, ticks(11)? + ticks(12)?))
}

fn parse_switches(status: &str) -> u64 {
    status
        .lines()
        .filter_map(|line| line.split_once("ctxt_switches:"))
        .filter_map(|(_, count)| count.trim().parse::<u64>().ok())
        .sum()
}

/// How many bytes of memory the machine has.
pub fn machine_memory() -> Option<u64> {
    memory_total(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn memory_total(meminfo: &str) -> Option<u64> {
    let rest = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    rest.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The processes whose parent is `pid`; `None` if that cannot be told.
pub fn children(pid: Pid) -> Option<Vec<Pid>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).ok()? {
        // A thread that has just ended has no children.
        let Ok(list) = fs::read_to_string(entry.ok()?.path().join("children")) else { continue };
        children.extend(list.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)));
    }
    Some(children)
}

/// Whether `pid` was started with this variable in its environment.
pub fn has_in_environment(pid: Pid, variable: &str) -> bool {
    fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero()))
        .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn only_a_futex_wait_without_a_timeout_waits_for_ever() {
        let futex = |operation, timeout| format!("202 0x7f00 {operation} 0x2 {timeout} 0x0 0xffffffff 0x7ffd 0x7f01\n");
        assert!(waits_for_ever(&futex("0x80", "0x0")), "std's mutex");
        assert!(waits_for_ever(&futex("0x189", "0x0")), "wait_bitset, private, realtime");
        assert!(!waits_for_ever(&futex("0x189", "0x7ffd9000")), "with a timeout");
        assert!(!waits_for_ever(&futex("0x81", "0x0")), "wake");
        assert!(!waits_for_ever("0 0x3 0x7f 0x2000 0x0 0xffffffff 0x0 0x7ffd 0x7f"), "read");
        assert!(!waits_for_ever("running\n"));
        assert!(!waits_for_ever(""));
    }

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a) R (b) S 1 7 7 0 -1 4194304 1 2 3 4 50 8 0 0 20 0 1";
        assert_eq!(parse_stat(stat), Some((b'S', 58)));
        assert_eq!(parse_stat("7 (cut"), None);
    }

    #[test]
    fn the_total_is_found_among_the_rest() {
        assert_eq!(memory_total("MemTotal:       24670336 kB\nMemFree:        14 kB\n"), Some(24_670_336 << 10));
        assert_eq!(memory_total("MemFree: 14 kB\n"), None);
    }

    #[test]
    fn switches_of_both_kinds_count() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t5\n";
        assert_eq!(parse_switches(status), 155);
    }
}
