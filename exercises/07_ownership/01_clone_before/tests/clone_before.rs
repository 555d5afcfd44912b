use std::sync::{Arc, Weak};
use std::time::Duration;

use clone_before::{Ping, reachable};
use tokio::time::{Instant, sleep, timeout};

const ANSWER: Duration = Duration::from_secs(3);

/// All hosts answer after `ANSWER`, except those whose names begin with "off".
struct Line {
    _open: Arc<()>,
}

/// A line, and a pointer that tells whether the line still exists.
fn line() -> (Line, Weak<()>) {
    let open = Arc::new(());
    let watch = Arc::downgrade(&open);
    (Line { _open: open }, watch)
}

impl Ping for Line {
    async fn ping(&self, host: &str) -> bool {
        sleep(ANSWER).await;
        !host.starts_with("off")
    }
}

/// All hosts answer at once.
struct Near;

impl Ping for Near {
    async fn ping(&self, _host: &str) -> bool {
        true
    }
}

fn hosts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[interleave::test(real_only)]
async fn every_host_that_answers_is_found() {
    let found = reachable(line().0, hosts(&["mail", "off-1", "db", "off-2", "web"])).await;
    assert_eq!(
        found,
        ["db", "mail", "web"],
        "three of the five hosts answered `true`; those whose names begin with \"off\" did not"
    );
}

#[interleave::test]
async fn no_hosts_are_an_empty_result() {
    let found = reachable(line().0, Vec::new()).await;
    assert_eq!(found, [""; 0], "no host was asked, so none answered");
}

#[interleave::test(real_only)]
async fn a_thousand_hosts_take_as_long_as_one() {
    let names: Vec<String> = (0..1_000).map(|n| format!("{}{n:03}", if n % 3 == 0 { "off" } else { "host" })).collect();
    let start = Instant::now();
    let found = reachable(line().0, names.clone()).await;
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "1,000 hosts took longer than one: some were asked only after others had answered, or more than once"
    );
    let expected: Vec<String> = names.into_iter().filter(|name| name.starts_with("host")).collect();
    assert_eq!(found, expected, "of 1,000 hosts every third was off; the others answered `true`");
}

#[interleave::test]
async fn two_calls_at_once_return_their_own_hosts() {
    let (one, other) = tokio::join!(reachable(line().0, hosts(&["a", "b"])), reachable(line().0, hosts(&["c"])));
    assert_eq!(
        (one, other),
        (hosts(&["a", "b"]), hosts(&["c"])),
        "one call asked `a` and `b`, the other one asked `c`"
    );
}

#[interleave::test]
async fn a_cancelled_call_leaves_nothing_for_the_next() {
    let (first, open) = line();
    let cancelled = timeout(ANSWER / 2, reachable(first, hosts(&["a", "b"]))).await;
    assert!(cancelled.is_err(), "the answers take {ANSWER:?}, and the call returned in half of that: {cancelled:?}");
    sleep(ANSWER).await;
    let found = reachable(line().0, hosts(&["c"])).await;
    assert_eq!(found, ["c"], "only `c` was asked; `a` and `b` belong to an earlier call that was cancelled");
    assert_eq!(open.strong_count(), 0, "the call was cancelled, its answers have come, and its line is still open");
}

#[interleave::test]
async fn the_line_is_closed_when_all_have_answered() {
    let (line, open) = line();
    reachable(line, hosts(&["a", "b"])).await;
    assert_eq!(open.strong_count(), 0, "`reachable` owned the line and has returned, and the line is still open");
}

#[interleave::test]
async fn no_answer_is_lost_when_several_come_at_once() {
    let found = reachable(Near, hosts(&["a", "b"])).await;
    assert_eq!(found, ["a", "b"], "two hosts answered at the same moment, on two threads");
}
