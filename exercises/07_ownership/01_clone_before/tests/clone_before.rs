use std::sync::{Arc, Weak};
use std::time::Duration;

use clone_before::{Ping, reachable};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_millis(100);

/// A line on which all hosts answer after `ANSWER` but those whose names begin with "off".
struct Line {
    _open: Arc<()>,
}

/// A line, and what tells whether it is still open.
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

fn hosts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[interleave::test]
async fn every_host_that_answers_is_found() {
    let found = reachable(line().0, hosts(&["mail", "off-1", "db", "off-2", "web"])).await;
    assert_eq!(
        found,
        ["db", "mail", "web"],
        "three of five hosts answered; those two whose names begin with \"off\" did not"
    );
}

#[interleave::test]
async fn no_host_is_no_mistake() {
    let found = reachable(line().0, Vec::new()).await;
    assert_eq!(found, [""; 0], "nobody was asked, so nobody answered");
}

#[interleave::test]
async fn five_hosts_take_as_long_as_one() {
    let start = Instant::now();
    reachable(line().0, hosts(&["a", "b", "c", "d", "e"])).await;
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "five hosts took longer than one: each was asked after the one before had answered"
    );
}

#[interleave::test]
async fn the_line_is_closed_when_all_have_answered() {
    let (line, open) = line();
    reachable(line, hosts(&["a", "b"])).await;
    assert_eq!(open.strong_count(), 0, "`reachable` was given the line, has returned, and the line is still open");
}

#[interleave::test(flavor = "multi_thread")]
async fn no_answer_is_lost_on_several_threads() {
    /// Answers at once.
    struct Local;
    impl Ping for Local {
        async fn ping(&self, _host: &str) -> bool {
            true
        }
    }
    let names: Vec<String> = (0..100).map(|n| format!("host{n:02}")).collect();
    assert_eq!(reachable(Local, names.clone()).await, names, "all of 100 hosts answered");
}
