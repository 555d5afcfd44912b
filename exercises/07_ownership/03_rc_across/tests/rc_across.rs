use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rc_across::{Index, submit};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_secs(3);

/// Answers after `ANSWER`, and keeps what it was given. Its first entry has the number `first`.
struct SlowIndex {
    next: AtomicU32,
    outlines: Mutex<Vec<String>>,
}

impl SlowIndex {
    fn new(first: u32) -> Arc<Self> {
        Arc::new(Self { next: AtomicU32::new(first), outlines: Mutex::default() })
    }
}

impl Index for SlowIndex {
    async fn store(&self, outline: String) -> u32 {
        sleep(ANSWER).await;
        self.outlines.lock().unwrap().push(outline);
        self.next.fetch_add(1, Ordering::SeqCst)
    }
}

/// Answers with the number of lines, after the task has been back in the queue, where any thread may take it.
struct Handover;

impl Index for Handover {
    async fn store(&self, outline: String) -> u32 {
        tokio::task::yield_now().await;
        outline.lines().count() as u32
    }
}

/// A document with so many headings.
fn document(headings: usize) -> String {
    "# Heading\ntext\n".repeat(headings)
}

const REPORT: &str = "# Costs\nhigh\n## Travel\n### Trains\n## Food\n# Outlook\n";

#[interleave::test]
async fn the_index_gets_the_outline() {
    let index = SlowIndex::new(7);
    submit(Arc::clone(&index), REPORT.to_owned()).await.unwrap();
    let outlines = index.outlines.lock().unwrap();
    assert_eq!(
        *outlines,
        ["Costs\n  Travel\n    Trains\n  Food\nOutlook\n"],
        "the report has two headings at level 1, two at level 2 and one at level 3; each is a line, indented by level"
    );
}

#[interleave::test]
async fn the_answer_tells_entry_and_headings() {
    let index = SlowIndex::new(7);
    let answer = submit(Arc::clone(&index), REPORT.to_owned()).await.unwrap();
    assert_eq!(answer, "entry 7: 5 headings", "the index said 7, and the report has five headings at three levels");
    let answer = submit(index, "no headings".to_owned()).await.unwrap();
    assert_eq!(answer, "entry 8: 0 headings", "the index said 8, and the text has no headings");
    let answer = submit(SlowIndex::new(0), REPORT.to_owned()).await.unwrap();
    assert_eq!(answer, "entry 0: 5 headings", "another index said 0, and the report has five headings");
}

#[interleave::test(real_only)]
async fn a_thousand_documents_take_as_long_as_one() {
    let index = SlowIndex::new(7);
    let start = Instant::now();
    let tasks: Vec<_> = (0..1_000).map(|_| submit(Arc::clone(&index), document(1))).collect();
    assert_eq!(start.elapsed(), Duration::ZERO, "`submit` should return at once");
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(start.elapsed(), ANSWER, "1,000 documents took longer than one: some waited for others");
    assert_eq!(index.outlines.lock().unwrap().len(), 1_000, "1,000 equal documents were submitted; left: the entries");
}

#[interleave::test]
async fn documents_at_once_keep_their_own_counts() {
    let index = SlowIndex::new(7);
    let tasks = [2, 3].map(|headings| submit(Arc::clone(&index), document(headings)));
    for (task, headings) in tasks.into_iter().zip([2, 3]) {
        let answer = task.await.unwrap();
        assert!(
            answer.ends_with(&format!(": {headings} headings")),
            "two documents were on their way at once, and the one with {headings} headings got the answer `{answer}`",
        );
    }
}

#[interleave::test(worker_threads = 2)]
async fn a_task_may_resume_on_another_thread() {
    let index = Arc::new(Handover);
    let tasks = [2, 3].map(|headings| submit(Arc::clone(&index), document(headings)));
    for (task, headings) in tasks.into_iter().zip([2, 3]) {
        let answer = task.await.expect("the task panicked");
        assert_eq!(
            answer,
            format!("entry {headings}: {headings} headings"),
            "this index answers with the number of lines, which is the number of headings"
        );
    }
}
