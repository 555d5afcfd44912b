use std::time::Duration;

use task_local::{Log, handle, in_background};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

const WORK: Duration = Duration::from_secs(1);

/// Logs that it begins, waits, and logs that it has ended. A search takes twice as long as anything else.
async fn work(log: Log, name: &str) {
    log.line(&format!("{name} begins"));
    sleep(if name == "search" { WORK * 2 } else { WORK }).await;
    log.line(&format!("{name} has ended"));
}

/// The lines, sorted. The order in which requests run at the same time is not promised.
fn sorted(log: &Log) -> Vec<String> {
    let mut lines = log.lines();
    lines.sort();
    lines
}

#[interleave::test]
async fn a_line_belongs_to_the_request_that_logs_it() {
    let log = Log::default();
    let requests =
        [(1, "cart"), (2, "search")].map(|(number, name)| tokio::spawn(handle(number, work(log.clone(), name))));
    for request in requests {
        request.await.expect("the request panicked");
    }
    assert_eq!(
        sorted(&log),
        ["1: cart begins", "1: cart has ended", "2: search begins", "2: search has ended"],
        "request 1 (cart) and request 2 (search) ran at the same time, and each logged two lines; left: the lines, sorted",
    );
}

#[interleave::test]
async fn two_requests_may_share_a_task() {
    let log = Log::default();
    tokio::join!(handle(1, work(log.clone(), "cart")), handle(2, work(log.clone(), "search")));
    assert_eq!(
        sorted(&log),
        ["1: cart begins", "1: cart has ended", "2: search begins", "2: search has ended"],
        "one task joined request 1 (cart) and request 2 (search), and each logged two lines; left: the lines, sorted",
    );
}

#[interleave::test(worker_threads = 2)]
async fn a_request_may_resume_on_another_thread() {
    let log = Log::default();
    let other = tokio::spawn(yield_now());
    let lines = log.clone();
    let request = tokio::spawn(handle(1, async move {
        lines.line("begins");
        yield_now().await;
        lines.line("has ended");
    }));
    request.await.expect("the request panicked");
    other.await.expect("the other task panicked");
    assert_eq!(log.lines(), ["1: begins", "1: has ended"], "request 1 waited between its two lines; left: the lines");
}

#[interleave::test]
async fn background_work_belongs_to_the_request() {
    let log = Log::default();
    let mut task = None;
    handle(7, async {
        task = Some(in_background(work(log.clone(), "mail")));
        log.line("is answered");
    })
    .await;
    log.line("next, please");
    task.expect("the request has run").await.expect("the background work panicked");
    let mut lines = sorted(&log);
    assert_eq!(lines.remove(0), "-: next, please", "request 7 was answered before this line");
    assert_eq!(
        lines,
        ["7: is answered", "7: mail begins", "7: mail has ended"],
        "request 7 started work in the background, which went on after the request was answered; left: the lines, sorted",
    );
}

#[interleave::test]
async fn background_work_may_start_more_of_it() {
    let log = Log::default();
    let lines = log.clone();
    let mail = async move {
        in_background(work(lines.clone(), "copy")).await.expect("the background work panicked");
        lines.line("mail is sent");
    };
    let mut task = None;
    handle(7, async { task = Some(in_background(mail)) }).await;
    task.expect("the request has run").await.expect("the background work panicked");
    assert_eq!(
        log.lines(),
        ["7: copy begins", "7: copy has ended", "7: mail is sent"],
        "request 7 started work in the background, which started more of it; left: the lines",
    );
}

#[interleave::test]
async fn a_request_that_panics_leaves_no_number_behind() {
    let log = Log::default();
    let lines = log.clone();
    let request = tokio::spawn(handle(7, async move {
        lines.line("opens its file");
        assert!(lines.lines().is_empty(), "the file is gone");
    }));
    request.await.expect_err("the request panics");
    log.line("nothing to do");
    assert_eq!(
        log.lines(),
        ["7: opens its file", "-: nothing to do"],
        "request 7 panicked, and then a line was logged outside of requests; left: the lines",
    );
}

#[interleave::test]
async fn lines_outside_of_requests_have_no_number() {
    let log = Log::default();
    log.line("the server starts");
    in_background(work(log.clone(), "backup")).await.expect("the background work panicked");
    handle(1, async { log.line("is answered") }).await;
    log.line("nothing to do");
    timeout(WORK / 2, handle(2, work(log.clone(), "search"))).await.expect_err("it takes longer");
    log.line("the server stops");
    assert_eq!(
        log.lines(),
        [
            "-: the server starts",
            "-: backup begins",
            "-: backup has ended",
            "1: is answered",
            "-: nothing to do",
            "2: search begins",
            "-: the server stops",
        ],
        "request 1 was answered, request 2 was cancelled, and all other lines were logged outside of requests",
    );
}

#[interleave::test]
async fn a_request_may_contain_another_one() {
    let log = Log::default();
    handle(1, async {
        log.line("asks itself");
        handle(2, work(log.clone(), "search")).await;
        log.line("has its answer");
    })
    .await;
    assert_eq!(
        log.lines(),
        ["1: asks itself", "2: search begins", "2: search has ended", "1: has its answer"],
        "request 1 handled request 2 and waited for it; left: the lines",
    );
}

#[interleave::test(real_only)]
async fn a_thousand_requests_take_as_long_as_one() {
    let log = Log::default();
    let start = Instant::now();
    let requests: Vec<_> = (0..1_000).map(|number| tokio::spawn(handle(number, work(log.clone(), "cart")))).collect();
    for request in requests {
        request.await.expect("the request panicked");
    }
    assert_eq!(start.elapsed(), WORK, "1,000 requests took longer than one: some waited for others");
    assert_eq!(log.lines().len(), 2_000, "each of 1,000 requests logged two lines");
}
