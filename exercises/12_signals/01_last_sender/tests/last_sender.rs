use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_std::channel::{Receiver, Sender, bounded};
use interleave::{CountingWaker, settle};
use last_sender::{Machine, search};

/// A log whose lines are found without waiting.
struct Log(Vec<&'static str>);

impl Log {
    fn of<const LINES: usize>(mut lines: [&'static str; LINES]) -> Self {
        lines.reverse();
        Self(lines.into())
    }
}

impl Machine for Log {
    async fn next(&mut self, text: &str) -> Option<String> {
        while let Some(line) = self.0.pop() {
            assert_ne!(line, "PANIC", "on purpose: the log of this machine is broken");
            if line.contains(text) {
                return Some(line.to_owned());
            }
        }
        None
    }
}

/// A log whose lines are found when the test lets them through. The log ends when the test drops its end.
struct SlowLog {
    lines: Receiver<&'static str>,
    /// How often the log was asked for a line.
    asked: Arc<AtomicUsize>,
    /// Nothing is ever sent. The channel closes when the log is dropped.
    _open: Sender<()>,
}

/// The test's end of a slow log.
struct Disk {
    lines: Sender<&'static str>,
    asked: Arc<AtomicUsize>,
    is_open: Receiver<()>,
}

fn slow() -> (SlowLog, Disk) {
    let (sender, lines) = bounded(4);
    let (open, is_open) = bounded(1);
    let asked = Arc::new(AtomicUsize::new(0));
    (SlowLog { lines, asked: Arc::clone(&asked), _open: open }, Disk { lines: sender, asked, is_open })
}

impl Machine for SlowLog {
    async fn next(&mut self, _text: &str) -> Option<String> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.lines.recv().await.ok().map(str::to_owned)
    }
}

impl Disk {
    fn finds(&self, line: &'static str) {
        // It fails if the log has been dropped.
        let _ = self.lines.try_send(line);
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[interleave::test(runtime = "async-std")]
async fn a_search_ends_when_every_machine_has_been_searched() {
    let lines = search(vec![Log::of(["disk full", "disk is full again", "all is well"])], "full").await;
    assert_eq!(lines, ["disk full", "disk is full again"], "one machine, whose log has two lines with this text");
}

#[interleave::test(runtime = "async-std")]
async fn every_line_is_found() {
    let lines = search(vec![Log::of(["disk full"]), Log::of(["disk full"])], "full").await;
    assert_eq!(
        lines,
        ["disk full", "disk full"],
        "two machines logged this text once each; left: the lines that were found"
    );
}

#[interleave::test(runtime = "async-std", real_only)]
async fn the_lines_of_a_log_keep_their_order() {
    // They are found faster than they are received.
    let logged = ["c", "a", "d", "b"].repeat(300);
    let log = Log(logged.iter().rev().copied().collect());
    let lines = search(vec![log], "").await;
    assert_eq!(lines.len(), logged.len(), "one machine logged 1,200 lines; left: how many were found");
    assert!(lines == logged, "all lines were found, and not in the order in which they were logged");
}

/// The log that is searched while another one is slow. With more lines than one, there are too many interleavings.
const LINES: &[&str] = if cfg!(feature = "explore") { &["one"] } else { &["one", "two", "three"] };

#[interleave::test(runtime = "async-std")]
async fn logs_are_searched_at_the_same_time() {
    let ((slow, disk), (other, other_disk)) = (slow(), slow());
    let mut searching = pin!(search(vec![slow, other], ""));
    // The second log is searched to its end while nothing is known of the first one. In turns, this would never happen.
    for line in LINES {
        other_disk.finds(line);
    }
    drop(other_disk.lines);
    let mut second_searched = pin!(other_disk.is_open.recv());
    poll_fn(|context| {
        assert!(
            searching.as_mut().poll(context).is_pending(),
            "the first log has not ended, and `search` has returned"
        );
        second_searched.as_mut().poll(context)
    })
    .await
    .expect_err("nothing is ever sent: the second log was dropped");
    drop(disk);
    assert_eq!(searching.await, *LINES, "the first log was empty; right: the lines of the second one");
}

#[interleave::test(runtime = "async-std")]
async fn a_machine_that_panics_ends_only_its_own_search() {
    let lines = search(vec![Log::of(["one", "PANIC"]), Log::of(["two"])], "").await;
    assert_eq!(
        sorted(lines),
        ["one", "two"],
        "one machine panicked after a line, and the other one found a line; left: the lines that were found"
    );
}

#[interleave::test(runtime = "async-std")]
async fn a_search_that_is_dropped_ends_its_tasks() {
    let (slow, disk) = slow();
    {
        let mut searching = pin!(search(vec![slow], ""));
        let polled = CountingWaker::new().poll(searching.as_mut());
        assert_eq!(polled, Poll::Pending, "nothing has been found yet, and the log has not ended");
        // Here a timeout expires, and the caller drops `search`.
    }
    for line in ["one", "two", "three"] {
        disk.finds(line);
    }
    let Disk { lines, asked, is_open } = disk;
    drop(lines);
    assert!(is_open.recv().await.is_err(), "nothing is ever sent: the task has ended, and dropped its log");
    assert_eq!(
        asked.load(Ordering::Relaxed),
        1,
        "the caller gave up before the first of three lines was found; left: how often the log was read"
    );
}

#[interleave::test(runtime = "async-std")]
async fn without_machines_there_is_nothing_to_find() {
    assert_eq!(search(Vec::<Log>::new(), "").await, [""; 0], "there are no machines");
}

/// Only exploring has a clock on which an hour takes no time.
#[interleave::test(runtime = "async-std")]
async fn a_search_waits_however_long_it_takes() {
    if !cfg!(feature = "explore") {
        return;
    }
    let (slow, disk) = slow();
    let mut searching = pin!(search(vec![slow], ""));
    let waker = CountingWaker::new();
    assert!(waker.poll(searching.as_mut()).is_pending(), "the log has not ended");
    async_std::task::sleep(Duration::from_secs(3600)).await;
    assert!(waker.poll(searching.as_mut()).is_pending(), "nothing was found for an hour, and `search` has returned");
    disk.finds("one");
    drop(disk);
    assert_eq!(searching.await, ["one"], "a line was found after an hour");
}

/// Only exploring knows who is asleep.
#[interleave::test(runtime = "async-std")]
async fn a_search_that_waits_sleeps() {
    if !cfg!(feature = "explore") {
        return;
    }
    let (slow, disk) = slow();
    let waker = CountingWaker::new();
    let mut searching = pin!(search(vec![slow], ""));
    assert!(waker.poll(searching.as_mut()).is_pending(), "the log has not ended");
    settle();
    assert!(waker.poll(searching.as_mut()).is_pending(), "the log has not ended");
    let seen = waker.wakes();
    settle();
    assert_eq!(waker.wakes(), seen, "nothing was found, and `search` was woken: it looks again and again");
    drop(disk);
    settle();
    assert!(waker.wakes() > seen, "the log has ended, and `search` was not woken");
    assert_eq!(waker.poll(searching.as_mut()), Poll::Ready(Vec::new()), "the log was empty");
}
