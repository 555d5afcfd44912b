use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interleave::{CountingWaker, HighWater};
use take_and_put_back::{Logbook, NoCoverage, Office};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// The office answers after three of these.
const STEP: Duration = Duration::from_millis(10);

/// An office that takes three steps to store a batch.
struct TestOffice {
    has_coverage: AtomicBool,
    asked: AtomicUsize,
    at_once: HighWater,
    stored: Mutex<Vec<String>>,
}

impl TestOffice {
    fn new() -> Self {
        Self {
            has_coverage: AtomicBool::new(true),
            asked: AtomicUsize::new(0),
            at_once: HighWater::new(),
            stored: Mutex::default(),
        }
    }

    fn stored(&self) -> Vec<String> {
        self.stored.lock().unwrap().clone()
    }
}

impl Office for TestOffice {
    async fn store(&self, entries: &[String]) -> Result<(), NoCoverage> {
        assert!(!entries.is_empty(), "the office was asked to store nothing");
        self.asked.fetch_add(1, SeqCst);
        let _inside = self.at_once.enter();
        for _ in 0..3 {
            sleep(STEP).await;
        }
        if !self.has_coverage.load(SeqCst) {
            return Err(NoCoverage);
        }
        self.stored.lock().unwrap().extend_from_slice(entries);
        Ok(())
    }
}

fn logbook() -> Logbook<TestOffice> {
    Logbook::new(TestOffice::new())
}

/// Compiles only if the future can be awaited in every task, also in one that moves between threads.
fn in_any_task<F: Future + Send>(future: F) -> F {
    future
}

/// Uploads, and gives up after half a step more than `steps`.
async fn give_up_after(steps: u32, logbook: &Logbook<TestOffice>) {
    let uploaded = timeout(STEP * steps + STEP / 2, logbook.upload()).await;
    assert!(uploaded.is_err(), "the office takes three steps, and `upload` has returned after {steps}: {uploaded:?}");
}

#[interleave::test]
async fn an_upload_that_times_out_loses_no_entry() {
    let logbook = logbook();
    logbook.add("drive");
    logbook.add("pause");
    give_up_after(1, &logbook).await;
    assert_eq!(in_any_task(logbook.upload()).await, Ok(()), "there is coverage");
    assert_eq!(
        logbook.office().stored(),
        ["drive", "pause"],
        "an upload was dropped by a timeout, and the next one has returned; left: what the office has stored",
    );
}

#[interleave::test]
async fn wherever_uploads_are_dropped_each_entry_is_stored_once() {
    for (first, second) in [(0, 0), (1, 2), (2, 1)] {
        let logbook = logbook();
        logbook.add("drive");
        give_up_after(first, &logbook).await;
        logbook.add("pause");
        give_up_after(second, &logbook).await;
        // A task that somebody may have spawned ends here.
        sleep(10 * STEP).await;
        logbook.add("drive");
        assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
        assert_eq!(
            logbook.office().stored(),
            ["drive", "pause", "drive"],
            "two uploads were dropped, after {first} and {second} of three steps, and there was an entry before \
             each; left: what the office has stored after the third",
        );
    }
}

#[interleave::test]
async fn an_upload_may_be_dropped_at_each_of_its_awaits() {
    for polls in 1..20 {
        let logbook = logbook();
        logbook.add("drive");
        logbook.add("pause");
        let task = CountingWaker::new();
        let mut upload = Box::pin(logbook.upload());
        let mut has_ended = false;
        for _ in 0..polls {
            has_ended = has_ended || task.poll(upload.as_mut()).is_ready();
            sleep(STEP).await;
        }
        drop(upload);
        // A task that somebody may have spawned ends here.
        sleep(10 * STEP).await;
        assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
        assert_eq!(
            logbook.office().stored(),
            ["drive", "pause"],
            "an upload was dropped after {polls} polls, a step apart; left: what the office has stored after the next \
             one; each entry is stored once",
        );
        if has_ended {
            return;
        }
    }
}

#[interleave::test]
async fn an_upload_that_is_dropped_while_it_waits_for_its_turn_loses_nothing() {
    let logbook = logbook();
    logbook.add("drive");
    let first = logbook.upload();
    let second = async {
        sleep(STEP / 4).await;
        logbook.add("pause");
        // The first upload takes three steps, and this one waits for it.
        give_up_after(1, &logbook).await;
    };
    let (first, ()) = tokio::join!(first, second);
    assert_eq!(first, Ok(()), "there is coverage");
    assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
    assert_eq!(
        logbook.office().stored(),
        ["drive", "pause"],
        "an upload was dropped while it waited for another one; left: what the office has stored after the next one",
    );
}

#[interleave::test]
async fn an_upload_that_is_dropped_when_its_turn_comes_keeps_no_turn() {
    let logbook = logbook();
    logbook.add("drive");
    let task = CountingWaker::new();
    let mut first = Box::pin(logbook.upload());
    assert!(task.poll(first.as_mut()).is_pending(), "the office has not answered, and `upload` has returned");
    logbook.add("pause");
    let mut second = Box::pin(logbook.upload());
    assert!(task.poll(second.as_mut()).is_pending(), "another upload is under way, and `upload` has returned");
    assert_eq!(first.await, Ok(()), "there is coverage");
    // It is its turn now, and it is not polled any more.
    drop(second);
    let third = timeout(100 * STEP, logbook.upload()).await;
    assert_eq!(
        third,
        Ok(Ok(())),
        "an upload was dropped when its turn had come, before its next poll; left: what the next upload returned \
         within 100 steps",
    );
    assert_eq!(logbook.office().stored(), ["drive", "pause"], "left: what the office has stored");
}

#[interleave::test]
async fn every_entry_is_stored_once_and_in_order() {
    let logbook = logbook();
    logbook.add("drive");
    logbook.add("pause");
    assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
    assert_eq!(logbook.office().stored(), ["drive", "pause"], "left: what the office has stored after one upload");
    for entry in ["drive", "rest", "rest"] {
        logbook.add(entry);
    }
    assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
    assert_eq!(
        logbook.office().stored(),
        ["drive", "pause", "drive", "rest", "rest"],
        "left: what the office has stored after two uploads; the same text may be added twice",
    );
}

#[interleave::test]
async fn what_is_added_during_an_upload_goes_with_the_next_one() {
    let logbook = logbook();
    logbook.add("drive");
    logbook.add("pause");
    let during = async {
        sleep(STEP / 2).await;
        // With the same text as an entry that is being uploaded.
        logbook.add("drive");
        sleep(STEP).await;
        logbook.add("rest");
    };
    let (uploaded, ()) = tokio::join!(logbook.upload(), during);
    assert_eq!(uploaded, Ok(()), "there is coverage");
    assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
    assert_eq!(
        logbook.office().stored(),
        ["drive", "pause", "drive", "rest"],
        "two entries were added before an upload and two during it; left: what is stored after the next one",
    );
}

#[interleave::test]
async fn an_upload_ends_although_entries_are_added() {
    let logbook = logbook();
    logbook.add("drive");
    let has_ended = AtomicBool::new(false);
    let upload = async {
        assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
        has_ended.store(true, SeqCst);
    };
    let during = async {
        for _ in 0..20 {
            logbook.add("pause");
            sleep(STEP).await;
        }
        assert!(
            has_ended.load(SeqCst),
            "one entry was added before `upload`, and one in each of 20 steps after it; the upload has not returned, \
             although its entry was stored after three steps",
        );
    };
    tokio::join!(upload, during);
}

#[interleave::test]
async fn entries_keep_their_order() {
    for gives_up in [true, false] {
        let logbook = logbook();
        logbook.add("drive");
        logbook.add("pause");
        let office = logbook.office();
        office.has_coverage.store(false, SeqCst);
        let first = async {
            if gives_up {
                give_up_after(2, &logbook).await;
            } else {
                assert_eq!(logbook.upload().await, Err(NoCoverage), "there is no coverage");
            }
        };
        let during = async {
            sleep(STEP / 2).await;
            logbook.add("drive");
        };
        tokio::join!(first, during);
        // A task that somebody may have spawned ends here.
        sleep(10 * STEP).await;
        office.has_coverage.store(true, SeqCst);
        logbook.add("rest");
        assert_eq!(logbook.upload().await, Ok(()), "there is coverage again");
        let how = if gives_up { "was dropped" } else { "failed" };
        assert_eq!(
            office.stored(),
            ["drive", "pause", "drive", "rest"],
            "an upload {how}, during which an entry was added; left: what the office has stored after the next one",
        );
    }
}

#[interleave::test]
async fn an_upload_without_coverage_returns_an_error() {
    let logbook = logbook();
    logbook.add("drive");
    logbook.office().has_coverage.store(false, SeqCst);
    let coverage_returns = async {
        sleep(10 * STEP).await;
        logbook.office().has_coverage.store(true, SeqCst);
    };
    let (uploaded, ()) = tokio::join!(logbook.upload(), coverage_returns);
    assert_eq!(uploaded, Err(NoCoverage), "the office could not be reached when it was asked");
    let asked = logbook.office().asked.load(SeqCst);
    assert_eq!(asked, 1, "`upload` was called once, with one entry; left: how often the office was asked");
}

#[interleave::test]
async fn ok_means_that_the_entries_are_stored() {
    for (first_ends, adds) in [(true, true), (true, false), (false, true), (false, false)] {
        let logbook = logbook();
        logbook.add("drive");
        let first = async {
            if first_ends {
                assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
            } else {
                give_up_after(1, &logbook).await;
            }
        };
        let second = async {
            sleep(STEP / 4).await;
            if adds {
                logbook.add("pause");
            }
            assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
            logbook.office().stored()
        };
        let ((), stored) = tokio::join!(first, second);
        let how = if first_ends { "ended" } else { "was dropped" };
        let expected: &[&str] = if adds { &["drive", "pause"] } else { &["drive"] };
        assert_eq!(
            stored, expected,
            "an upload was called while another one was under way, which {how}; left: what the office had stored when \
             it returned `Ok`; right: what was added before it was called",
        );
    }
}

#[interleave::test]
async fn an_upload_is_dropped_while_another_task_uploads() {
    let logbook = Arc::new(logbook());
    logbook.add("drive");
    let mut first = Box::pin(logbook.upload());
    assert!(
        CountingWaker::new().poll(first.as_mut()).is_pending(),
        "the office has not answered, and `upload` has returned",
    );
    let other = tokio::spawn({
        let logbook = Arc::clone(&logbook);
        async move {
            logbook.add("pause");
            assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
        }
    });
    drop(first);
    other.await.unwrap();
    assert_eq!(
        logbook.office().stored(),
        ["drive", "pause"],
        "an upload was dropped while another task added an entry and uploaded; left: what the office had stored when \
         that task's upload returned `Ok`",
    );
    assert_eq!(logbook.office().at_once.highest(), 1, "left: how many uploads the office had at once, at most");
}

#[interleave::test]
async fn uploads_take_turns() {
    let logbook = Arc::new(logbook());
    logbook.add("drive");
    let uploads: Vec<_> = ["pause", "rest"]
        .into_iter()
        .map(|entry| {
            let logbook = Arc::clone(&logbook);
            tokio::spawn(async move {
                logbook.add(entry);
                logbook.upload().await
            })
        })
        .collect();
    for upload in uploads {
        assert_eq!(upload.await.unwrap(), Ok(()), "there is coverage");
    }
    let mut stored = logbook.office().stored();
    assert_eq!(stored.first().map(String::as_str), Some("drive"), "left: what is stored first; this was added first");
    stored.sort();
    assert_eq!(stored, ["drive", "pause", "rest"], "two tasks have uploaded; left: what the office has stored, sorted");
    assert_eq!(logbook.office().at_once.highest(), 1, "left: how many uploads the office had at once, at most");
}

/// Answers when the test opens it.
struct ClosedOffice(Semaphore);

impl Office for ClosedOffice {
    async fn store(&self, _entries: &[String]) -> Result<(), NoCoverage> {
        self.0.acquire().await.unwrap().forget();
        Ok(())
    }
}

#[interleave::test]
async fn an_upload_that_waits_sleeps() {
    let logbook = Logbook::new(ClosedOffice(Semaphore::new(0)));
    logbook.add("drive");
    let waker = CountingWaker::new();
    let (mut first, mut second) = (pin!(logbook.upload()), pin!(logbook.upload()));
    assert!(waker.poll(first.as_mut()).is_pending(), "the office has not answered, and `upload` has returned");
    assert!(waker.poll(second.as_mut()).is_pending(), "another upload is under way, and `upload` has returned");
    sleep(1_000 * STEP).await;
    assert_eq!(
        waker.wakes(),
        0,
        "the office has not answered; left: how often the two uploads woke their tasks. Do they ask again and again?",
    );
    logbook.office().0.add_permits(2);
    assert_eq!(first.await, Ok(()), "the office has answered");
    assert_eq!(second.await, Ok(()), "the office has answered");
}

#[interleave::test]
async fn an_empty_logbook_asks_for_nothing() {
    let logbook = logbook();
    assert_eq!(logbook.upload().await, Ok(()), "there is nothing to upload");
    assert_eq!(logbook.office().asked.load(SeqCst), 0, "the logbook is empty; left: how often the office was asked");
    logbook.add("drive");
    assert_eq!(logbook.upload().await, Ok(()), "there is coverage");
    assert_eq!(logbook.upload().await, Ok(()), "there is nothing to upload");
    assert_eq!(logbook.office().asked.load(SeqCst), 1, "one entry was added; left: how often the office was asked");
}
