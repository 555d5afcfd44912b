use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rc_across::{Index, submit};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_millis(100);

/// Answers after `ANSWER`, and keeps what it was given.
#[derive(Default)]
struct SlowIndex {
    entries: AtomicU32,
    outlines: Mutex<Vec<String>>,
}

impl Index for SlowIndex {
    async fn store(&self, outline: String) -> u32 {
        sleep(ANSWER).await;
        self.outlines.lock().unwrap().push(outline);
        self.entries.fetch_add(1, Ordering::SeqCst) + 1
    }
}

const REPORT: &str = "# Costs\nhigh\n## Travel\n## Food\n# Outlook\n";

#[interleave::test]
async fn the_index_gets_the_outline() {
    let index = Arc::new(SlowIndex::default());
    submit(Arc::clone(&index), REPORT.to_owned()).await.unwrap();
    let outlines = index.outlines.lock().unwrap();
    assert_eq!(*outlines, ["Costs\n  Travel\n  Food\nOutlook\n"], "two headings at level 1, two below the first");
}

#[interleave::test]
async fn the_answer_tells_entry_and_headings() {
    let index = Arc::new(SlowIndex::default());
    let answer = submit(Arc::clone(&index), REPORT.to_owned()).await.unwrap();
    assert_eq!(answer, "entry 1: 4 headings", "it was the first entry, and the report has four headings");
    let answer = submit(index, "no headings".to_owned()).await.unwrap();
    assert_eq!(answer, "entry 2: 0 headings", "it was the second entry, and the text has no headings");
}

#[interleave::test]
async fn three_documents_take_as_long_as_one() {
    let index = Arc::new(SlowIndex::default());
    let start = Instant::now();
    let tasks = ["# a", "# b", "# c"].map(|text| submit(Arc::clone(&index), text.to_owned()));
    assert_eq!(start.elapsed(), Duration::ZERO, "`submit` returns at once");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(start.elapsed(), ANSWER, "three documents took longer than one: each task waited for the one before");
}

#[interleave::test(flavor = "multi_thread")]
async fn tasks_end_on_whatever_thread_they_are() {
    /// Answers after the task has been back in the queue, from where any thread may take it.
    struct Handover;
    impl Index for Handover {
        async fn store(&self, outline: String) -> u32 {
            tokio::task::yield_now().await;
            outline.lines().count() as u32
        }
    }
    let index = Arc::new(Handover);
    let tasks: Vec<_> = (0..100).map(|_| submit(Arc::clone(&index), REPORT.to_owned())).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "entry 4: 4 headings", "this index answers with the number of lines, here 4");
    }
}
