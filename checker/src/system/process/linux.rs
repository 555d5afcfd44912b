//! Features of Linux: `/proc`, which shows whether a process runs, sleeps or can never wake up again; the adoption of
//! orphans; and additional limits.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Resource, Signal, WaitOptions, getppid, kill_process, set_child_subreaper, set_parent_process_death_signal,
    waitpid,
};

use super::unix::lower;
use super::{Activity, Usage};

/// From now on, processes that lose their parent become children of the checker.
pub fn adopt_orphans() {
    let _ = set_child_subreaper(Some(rustix::process::getpid()));
}

/// Starts the checker's own program, even if its file was replaced by a newer build.
pub fn own_command() -> io::Result<Command> {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("checker");
    Ok(command)
}

/// Sets the limits that other systems lack. The process dies with `parent`, the checker.
pub fn confine(parent: u32, memory: Option<u64>) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have died before the previous line.
    if getppid().is_none_or(|pid| pid.as_raw_nonzero().get().unsigned_abs() != parent) {
        return Err(io::Error::other("the checker is gone"));
    }
    rustix::thread::set_no_new_privs(true)?;
    lower(Resource::As, memory, 0)
}

/// Kills the processes that left their group. Their parents are dead, so they are children of the checker now.
pub fn kill_escaped(mark: &str) {
    // Each round orphans the children of the processes that it kills.
    for _ in 0..32 {
        let mut escaped = children(std::process::id()).unwrap_or_default();
        escaped.retain(|id| has_in_environment(*id, mark));
        if escaped.is_empty() {
            return;
        }
        for pid in escaped.into_iter().filter_map(|id| Pid::from_raw(id.cast_signed())) {
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::empty());
        }
    }
}

/// The resources that the process `id` has used so far.
pub fn usage(id: u32) -> Option<Usage> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let threads = fs::read_dir(format!("/proc/{id}/task")).ok()?.filter_map(Result::ok);
    let threads = threads.filter_map(|thread| fs::read_to_string(thread.path().join("status")).ok());
    let wake_ups = threads.map(|status| field(&status, "voluntary_ctxt_switches:")).sum();
    Some(Usage { wake_ups, memory: field(&status, "VmRSS:") * 1024 })
}

/// The number in the line `name` of `status`.
fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Compares two snapshots of the threads of `id`. A thread that is blocked on writing to our pipe counts as running.
pub fn activity(id: u32) -> Activity {
    let before = threads(id);
    std::thread::sleep(Duration::from_millis(50));
    let after = threads(id);
    let rests = |thread: &Thread| !thread.runs() && !syscall(id, thread).is_some_and(|syscall| writes(&syscall));
    match (before, after) {
        (Some(before), Some(after)) if before == after && after.iter().all(rests) => Activity::Asleep,
        (Some(_), Some(_)) => Activity::Busy,
        _ => Activity::Unknown,
    }
}

/// For how long the threads of `id` have had a processor.
pub fn processor_time(id: u32) -> Option<Duration> {
    let ticks: u64 = threads(id)?.iter().map(|thread| thread.cpu_ticks).sum();
    Some(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// Detects that a process can never continue: each of its threads waits for another one, without a time limit.
#[derive(Debug, Default)]
pub struct StandstillDetector {
    since: Option<(Instant, Vec<Thread>)>,
}

impl StandstillDetector {
    /// How long no thread may have run.
    const PROOF: Duration = Duration::from_millis(200);

    /// Takes a snapshot. Returns whether the process has stood still long enough.
    pub fn observe(&mut self, id: u32) -> bool {
        let Some(threads) = threads(id).filter(|threads| stands_still(id, threads)) else {
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

fn stands_still(id: u32, threads: &[Thread]) -> bool {
    !threads.is_empty()
        && threads.iter().all(|thread| syscall(id, thread).is_some_and(|syscall| waits_for_ever(&syscall)))
        && children(id).is_some_and(|children| children.is_empty())
}

/// Makes each thread of `id` that waits for a lock look at it again.
///
/// Twice, on a busy machine, a right answer was reported as deadlocked, and the cause is not known. This rules out one: a
/// wake-up that was lost. When a stopped process continues, the kernel starts each wait anew, and compares the lock first.
/// A deadlock stays a deadlock.
pub fn rouse(id: u32) {
    const PATIENCE: Duration = Duration::from_secs(2);
    let Some(pid) = Pid::from_raw(id.cast_signed()) else { return };
    let until = Instant::now() + PATIENCE;
    let _ = kill_process(pid, Signal::STOP);
    // Those that have not stopped yet would not notice.
    while threads(id).is_some_and(|threads| threads.iter().any(|thread| thread.state != b'T')) && Instant::now() < until
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    let _ = kill_process(pid, Signal::CONT);
}

/// Asks the threads of `id` where they stand, and waits until each has answered with a line in the file `answers`, or
/// until two seconds have passed: on a busy machine, finding a line takes long. A process that does not listen is ended by
/// the signal.
pub fn ask_threads(id: u32, answers: &Path) {
    const PATIENCE: Duration = Duration::from_secs(2);
    let Some(pid) = Pid::from_raw(id.cast_signed()) else { return };
    let expected = threads(id).map_or(0, |threads| threads.len());
    let until = Instant::now() + PATIENCE;
    if kill_process(pid, Signal::USR1).is_err() {
        return;
    }
    let answered = || fs::read_to_string(answers).map_or(0, |text| text.lines().count());
    let is_gone = || threads(id).is_none_or(|threads| threads.iter().all(|thread| thread.state == b'Z'));
    while answered() < expected && !is_gone() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The system call that `thread` is in: its number and arguments.
fn syscall(id: u32, thread: &Thread) -> Option<String> {
    fs::read_to_string(format!("/proc/{id}/task/{}/syscall", thread.id)).ok()
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

/// Whether a thread is in a futex wait without a timeout, which is how std, parking_lot and tokio block.
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

/// A snapshot of a thread. Two snapshots differ if the thread ran in between.
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

fn threads(id: u32) -> Option<Vec<Thread>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir(format!("/proc/{id}/task")).ok()? {
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

/// The state and the processor time. The name before them, in parentheses, may contain any characters.
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

/// The memory of the machine in bytes.
pub fn machine_memory() -> Option<u64> {
    memory_total(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn memory_total(meminfo: &str) -> Option<u64> {
    let rest = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    rest.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// The child processes of `id`; `None` if that is unknown.
fn children(id: u32) -> Option<Vec<u32>> {
    let mut children = Vec::new();
    for entry in fs::read_dir(format!("/proc/{id}/task")).ok()? {
        // A thread that has just ended has no children.
        let Ok(list) = fs::read_to_string(entry.ok()?.path().join("children")) else { continue };
        children.extend(list.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    Some(children)
}

/// Whether `id` was started with this variable in its environment.
fn has_in_environment(id: u32, variable: &str) -> bool {
    fs::read(format!("/proc/{id}/environ"))
        .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use rustix::thread::futex;

    use super::*;
    use crate::system::process::{How, Spec, Standstill, Stop, Streams, run};

    /// The value for which a thread of the program waits.
    static WORD: AtomicU32 = AtomicU32::new(0);
    const HAS_CHANGED: &str = "CHECKER_TEST_WORD_HAS_CHANGED";

    /// Not a test, but the program of the next one: a thread waits, and nobody wakes it.
    #[test]
    #[ignore = "run by another test"]
    fn a_program_without_a_wake_up() {
        let waiter = std::thread::spawn(|| {
            let _ = futex::wait(&WORD, futex::Flags::PRIVATE, 0, None);
        });
        std::thread::sleep(Duration::from_millis(300));
        WORD.store(std::env::var(HAS_CHANGED).unwrap().parse().unwrap(), Ordering::SeqCst);
        waiter.join().unwrap();
    }

    /// Would catch: a right answer reported as a deadlock because a wake-up was lost, or a deadlock that is not reported.
    #[test]
    fn a_thread_whose_wake_up_was_lost_looks_again_before_it_counts_as_deadlocked() {
        for (word, how) in [("1", How::Exited(0)), ("0", How::StoodStill)] {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "system::process::linux::tests::a_program_without_a_wake_up", "--ignored"]);
            command.arg("--test-threads=1").env(HAS_CHANGED, word);
            let stop = Stop::new();
            let spec = Spec::new(command, &stop).streams(Streams::Merged).unconfined().standstill(Standstill::Ends);
            let end = run(spec.limit(Duration::from_secs(60)), &mut |_, _| {}).unwrap();
            assert_eq!(end.how, how, "the word is {word}");
        }
    }

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
    fn the_total_memory_is_found_among_other_lines() {
        assert_eq!(memory_total("MemTotal:       24670336 kB\nMemFree:        14 kB\n"), Some(24_670_336 << 10));
        assert_eq!(memory_total("MemFree: 14 kB\n"), None);
    }

    #[test]
    fn switches_of_both_kinds_count() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t150\nnonvoluntary_ctxt_switches:\t5\n";
        assert_eq!(parse_switches(status), 155);
    }
}
