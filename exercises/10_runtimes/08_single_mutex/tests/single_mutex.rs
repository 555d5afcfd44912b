use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use interleave::CountingWaker;
use single_mutex::{Disk, Journal};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// The most writes of a test.
const WRITES: usize = 40;

/// One for each write.
type Gates = Arc<[Semaphore; WRITES]>;

/// A disk that tells when it begins to pack and to write, and ends each write when the test lets it.
struct GatedDisk {
    packing: UnboundedSender<()>,
    /// Packing takes until the other end of this channel is dropped.
    packing_takes: Mutex<mpsc::Receiver<()>>,
    /// Where the test runs, and where nothing should be packed.
    runs_tasks: ThreadId,
    begun: UnboundedSender<()>,
    count: AtomicUsize,
    gates: Gates,
    written: Arc<Mutex<Vec<String>>>,
    packed_by: Arc<Mutex<Vec<ThreadId>>>,
}

/// The test's end of the disk.
struct Watch {
    packing: UnboundedReceiver<()>,
    packing_takes: mpsc::Sender<()>,
    begun: UnboundedReceiver<()>,
    gates: Gates,
    written: Arc<Mutex<Vec<String>>>,
    packed_by: Arc<Mutex<Vec<ThreadId>>>,
}

/// A journal on a disk that packs at once and writes when it is let.
fn journal() -> (Arc<Journal<GatedDisk>>, Watch) {
    let (journal, mut disk) = slow_journal();
    (disk.packing_takes, _) = mpsc::channel();
    (journal, disk)
}

/// A journal on a disk that packs until `packing_takes` is dropped.
fn slow_journal() -> (Arc<Journal<GatedDisk>>, Watch) {
    let (pack, packing) = unbounded_channel();
    let (packing_takes, until_dropped) = mpsc::channel();
    let (begin, begun) = unbounded_channel();
    let gates: Gates = Arc::new(std::array::from_fn(|_| Semaphore::new(0)));
    let (written, packed_by) = (Arc::default(), Arc::default());
    let disk = GatedDisk {
        packing: pack,
        packing_takes: Mutex::new(until_dropped),
        runs_tasks: thread::current().id(),
        begun: begin,
        count: AtomicUsize::new(0),
        gates: Arc::clone(&gates),
        written: Arc::clone(&written),
        packed_by: Arc::clone(&packed_by),
    };
    (Arc::new(Journal::new(disk)), Watch { packing, packing_takes, begun, gates, written, packed_by })
}

impl Disk for GatedDisk {
    fn pack(&self, lines: &[String]) -> String {
        let _ = self.packing.send(());
        self.packed_by.lock().unwrap().push(thread::current().id());
        if thread::current().id() != self.runs_tasks {
            let _ = self.packing_takes.lock().unwrap().recv();
        }
        lines.join(" ")
    }

    async fn write(&self, packed: String) {
        let gate = &self.gates[self.count.fetch_add(1, SeqCst)];
        let _ = self.begun.send(());
        gate.acquire().await.unwrap().forget();
        self.written.lock().unwrap().push(packed);
    }
}

impl Watch {
    async fn has_begun(&mut self) {
        self.begun.recv().await.unwrap();
    }

    /// Lets the write with this number end, now or when it comes; the first has number 0.
    fn let_through(&self, write: usize) {
        self.gates[write].add_permits(1);
    }

    /// All lines on the disk, in the order in which they were written.
    fn lines(&self) -> Vec<String> {
        let written = self.written.lock().unwrap();
        written.iter().flat_map(|packed| packed.split_whitespace()).map(str::to_owned).collect()
    }
}

/// A paused clock runs ahead while every task waits, and does not see a thread that is still at work. These tests allow
/// such threads, so on the real runtime they use the real clock.
fn allow_threads() {
    #[cfg(not(feature = "explore"))]
    tokio::time::resume();
}

/// Begins to save, in a task.
fn save(journal: &Arc<Journal<GatedDisk>>) -> JoinHandle<()> {
    let journal = Arc::clone(journal);
    tokio::spawn(async move { journal.save().await })
}

#[interleave::test]
async fn a_save_and_an_append_never_deadlock() {
    allow_threads();
    let (journal, mut disk) = journal();
    journal.append("one");
    let saving = save(&journal);
    disk.has_begun().await;
    // The write ends when this task has got past the next line.
    journal.append("two");
    disk.let_through(0);
    saving.await.unwrap();
    assert_eq!(disk.lines(), ["one"], "one line was there when the save began, and the other one came later");
}

#[interleave::test]
async fn append_does_not_wait_for_packing() {
    allow_threads();
    let (journal, mut disk) = slow_journal();
    journal.append("one");
    let saving = save(&journal);
    disk.packing.recv().await.unwrap();
    // Packing ends when this task has got past the next line.
    journal.append("two");
    drop(disk.packing_takes);
    disk.gates[0].add_permits(1);
    saving.await.unwrap();
}

#[interleave::test]
async fn lines_are_saved_in_order() {
    allow_threads();
    let (journal, disk) = journal();
    journal.append("one");
    // A thread that knows no runtime appends as well.
    thread::scope(|scope| scope.spawn(|| journal.append("two")).join().unwrap());
    journal.append("one");
    disk.let_through(0);
    journal.save().await;
    assert_eq!(
        disk.lines(),
        ["one", "two", "one"],
        "left: what was written; right: what was appended, and in which order"
    );
}

#[interleave::test]
async fn a_line_appended_during_a_save_is_kept_for_the_next() {
    allow_threads();
    let (journal, mut disk) = journal();
    journal.append("one");
    let saving = save(&journal);
    disk.has_begun().await;
    journal.append("two");
    disk.let_through(0);
    saving.await.unwrap();
    disk.let_through(1);
    journal.save().await;
    assert_eq!(
        disk.lines(),
        ["one", "two"],
        "two lines were appended, the second during a save, and then all was saved"
    );
}

/// A disk that does everything at once.
struct QuickDisk(Arc<Mutex<Vec<String>>>);

impl Disk for QuickDisk {
    fn pack(&self, lines: &[String]) -> String {
        lines.join(" ")
    }

    async fn write(&self, packed: String) {
        self.0.lock().unwrap().push(packed);
    }
}

#[interleave::test]
async fn a_line_appended_at_any_moment_is_saved() {
    allow_threads();
    let written: Arc<Mutex<Vec<String>>> = Arc::default();
    let journal = Arc::new(Journal::new(QuickDisk(Arc::clone(&written))));
    let saving = tokio::spawn({
        let journal = Arc::clone(&journal);
        async move { journal.save().await }
    });
    journal.append("one");
    saving.await.unwrap();
    journal.save().await;
    let lines = written.lock().unwrap().concat();
    assert_eq!(lines, "one", "one line was appended beside a save, and then all was saved; left: what was written");
}

#[interleave::test(real_only)]
async fn a_save_sleeps_while_its_lines_are_packed() {
    allow_threads();
    let (journal, mut disk) = slow_journal();
    journal.append("one");
    let waker = CountingWaker::new();
    let mut saving = pin!(journal.save());
    assert!(waker.poll(saving.as_mut()).is_pending(), "a line is to be packed and written, and `save` has returned");
    disk.packing.recv().await.unwrap();
    tokio::task::yield_now().await;
    let wakes = waker.wakes();
    drop(disk.packing_takes);
    disk.gates[0].add_permits(1);
    saving.await;
    assert_eq!(
        wakes, 0,
        "the lines were being packed; left: how often `save` was woken. Does it look again and again?"
    );
}

#[interleave::test(real_only)]
async fn saves_at_once_write_each_line_once() {
    allow_threads();
    let (journal, mut disk) = journal();
    let last = WRITES - 1;
    let mut saves = Vec::new();
    for line in 0..last {
        journal.append(&format!("line-{line:02}"));
        saves.push(save(&journal));
        // This write has begun and does not end; the next one may nevertheless begin.
        disk.has_begun().await;
    }
    journal.append("late");
    disk.let_through(last);
    journal.save().await;
    let first_on_disk = disk.lines();
    for write in (0..last).rev() {
        disk.let_through(write);
    }
    for saving in saves {
        saving.await.unwrap();
    }
    assert_eq!(first_on_disk, ["late"], "{last} saves were waiting for the disk; left: what the next one has written");
    let mut lines = disk.lines();
    lines.sort();
    let appended: Vec<_> =
        ["late".to_owned()].into_iter().chain((0..last).map(|line| format!("line-{line:02}"))).collect();
    assert_eq!(lines, appended, "left: the lines on the disk after {WRITES} saves at once; right: what was appended");
}

#[interleave::test]
async fn a_save_returns_when_its_lines_are_written() {
    allow_threads();
    let (journal, mut disk) = journal();
    journal.append("one");
    let saving = save(&journal);
    disk.has_begun().await;
    tokio::task::yield_now().await;
    let returned = saving.is_finished();
    disk.let_through(0);
    saving.await.unwrap();
    assert!(!returned, "`save` has returned before the disk has written its line");
}

#[interleave::test]
async fn packing_leaves_the_runtimes_thread_alone() {
    allow_threads();
    let (journal, disk) = journal();
    for write in 0..2 {
        journal.append("one");
        disk.let_through(write);
        journal.save().await;
    }
    assert_eq!(disk.lines(), ["one", "one"], "two lines were appended, and each was saved before the next");
    assert!(
        !disk.packed_by.lock().unwrap().contains(&thread::current().id()),
        "lines were packed on the thread that runs the tasks, and no task could run meanwhile",
    );
}

#[interleave::test]
async fn two_journals_are_independent() {
    allow_threads();
    let ((journal, mut disk), (other, other_disk)) = (journal(), journal());
    journal.append("one");
    let saving = save(&journal);
    disk.has_begun().await;
    journal.append("two");
    other.append("three");
    other_disk.let_through(0);
    other.save().await;
    disk.let_through(0);
    saving.await.unwrap();
    disk.let_through(1);
    journal.save().await;
    assert_eq!(other_disk.lines(), ["three"], "left: the disk of a journal to which one line was appended");
    assert_eq!(
        disk.lines(),
        ["one", "two"],
        "left: the disk of the journal to which the other two lines were appended"
    );
}
