//! Linux shows in `/proc` what each thread does.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;

use super::Others;

/// A thread that ran between two looks is not the same in both.
#[derive(Debug, PartialEq, Eq)]
struct Thread {
    id: OsString,
    does: Others,
    switches: u64,
}

/// The threads of this process.
pub(super) fn ids() -> Option<HashSet<OsString>> {
    Some(fs::read_dir("/proc/self/task").ok()?.filter_map(Result::ok).map(|entry| entry.file_name()).collect())
}

/// How the system calls the running thread.
pub(super) fn own_id() -> Option<OsString> {
    fs::read_link("/proc/thread-self").ok()?.file_name().map(OsString::from)
}

/// What the other threads of this process do, but for `watchers`. Two looks are needed: during one alone, a thread that was seen asleep may be
/// woken by one that is asleep when it is looked at.
pub(super) fn others(watchers: &[OsString]) -> Others {
    let Some(before) = look(watchers) else { return Others::Wait };
    let busiest = before.iter().map(|thread| thread.does).max().unwrap_or(Others::Wait);
    if busiest == Others::Work {
        return busiest;
    }
    match look(watchers) {
        Some(after) if after == before => busiest,
        Some(_) => Others::Work,
        None => Others::Wait,
    }
}

/// `None` if `/proc` shows nothing.
fn look(watchers: &[OsString]) -> Option<Vec<Thread>> {
    let own = own_id()?;
    let mut threads = Vec::new();
    for entry in fs::read_dir("/proc/self/task").ok()? {
        let entry = entry.ok()?;
        let id = entry.file_name();
        if id == own || watchers.contains(&id) {
            continue;
        }
        // A thread that has just ended works no more, but it may have woken one that was looked at before.
        let Ok(status) = fs::read_to_string(entry.path().join("status")) else { continue };
        let syscall = fs::read_to_string(entry.path().join("syscall")).unwrap_or_default();
        threads.push(Thread { id, does: does(&status, &syscall), switches: switches(&status) });
    }
    threads.sort_by(|a, b| a.id.cmp(&b.id));
    Some(threads)
}

fn does(status: &str, syscall: &str) -> Others {
    let state = status.lines().find_map(|line| line.strip_prefix("State:")).map(str::trim_start);
    // Runs, or waits for a disk.
    if state.is_some_and(|state| state.starts_with(['R', 'D'])) {
        return Others::Work;
    }
    // `nanosleep` and `clock_nanosleep`.
    let sleeps: &[&str] = match () {
        () if cfg!(target_arch = "x86_64") => &["35", "230"],
        () if cfg!(target_arch = "aarch64") => &["101", "115"],
        () => &[],
    };
    match syscall.split_whitespace().next() {
        Some(number) if sleeps.contains(&number) => Others::Sleep,
        _ => Others::Wait,
    }
}

fn switches(status: &str) -> u64 {
    let counts = status.lines().filter_map(|line| line.split_once("ctxt_switches:"));
    counts.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, mpsc};
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// What the thread called `name` does.
    fn seen(name: &str) -> Option<Others> {
        let named =
            |entry: &fs::DirEntry| fs::read_to_string(entry.path().join("comm")).is_ok_and(|comm| comm.trim() == name);
        let entry = fs::read_dir("/proc/self/task").ok()?.filter_map(Result::ok).find(named)?;
        look(&[])?.into_iter().find(|thread| thread.id == entry.file_name()).map(|thread| thread.does)
    }

    fn until_seen(name: &str, expected: Others) -> bool {
        (0..2_000).any(|_| {
            thread::sleep(Duration::from_millis(1));
            seen(name) == Some(expected)
        })
    }

    /// Would catch: a thread that computes or sleeps taken for one that waits.
    #[test]
    fn threads_that_wait_sleep_and_work_are_told_apart() {
        let (sender, receiver) = mpsc::channel::<()>();
        let stop = Arc::new(AtomicBool::new(false));
        let start = |name: &str, body: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(body).unwrap();
        };
        start("waits", Box::new(move || receiver.recv().unwrap_or_default()));
        start("sleeps", Box::new(|| thread::sleep(Duration::from_secs(60))));
        let stopped = Arc::clone(&stop);
        start("works", Box::new(move || while !stopped.load(Ordering::Relaxed) {}));
        for (name, does) in [("waits", Others::Wait), ("sleeps", Others::Sleep), ("works", Others::Work)] {
            assert!(until_seen(name, does), "`{name}` is not seen as {does:?}");
        }
        assert_eq!(others(&[]), Others::Work);
        stop.store(true, Ordering::Relaxed);
        drop(sender);
    }
}
