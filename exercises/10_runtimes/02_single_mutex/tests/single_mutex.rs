use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use single_mutex::{Disk, Journal};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// One for each write.
type Gates = Arc<[Semaphore; 4]>;

/// A disk that tells when it begins to write, and ends each write when the test lets it.
struct GatedDisk {
    begun: UnboundedSender<()>,
    count: AtomicUsize,
    gates: Gates,
    written: Arc<Mutex<Vec<String>>>,
    packed_by: Arc<Mutex<Vec<ThreadId>>>,
}

/// The test's end of the disk.
struct Watch {
    begun: UnboundedReceiver<()>,
    gates: Gates,
    written: Arc<Mutex<Vec<String>>>,
    packed_by: Arc<Mutex<Vec<ThreadId>>>,
}

fn journal() -> (Arc<Journal<GatedDisk>>, Watch) {
    let (begin, begun) = unbounded_channel();
    let gates: Gates = Arc::new(std::array::from_fn(|_| Semaphore::new(0)));
    let (written, packed_by) = (Arc::default(), Arc::default());
    let disk = GatedDisk {
        begun: begin,
        count: AtomicUsize::new(0),
        gates: Arc::clone(&gates),
        written: Arc::clone(&written),
        packed_by: Arc::clone(&packed_by),
    };
    (Arc::new(Journal::new(disk)), Watch { begun, gates, written, packed_by })
}

impl Disk for GatedDisk {
    fn pack(&self, lines: &[String]) -> String {
        self.packed_by.lock().unwrap().push(thread::current().id());
        lines.join(" ")
    }

    async fn write(&self, packed: String) {
        let _ = self.begun.send(());
        let gate = &self.gates[self.count.fetch_add(1, SeqCst)];
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

    /// All lines on the disk, sorted.
    fn lines(&self) -> Vec<String> {
        let written = self.written.lock().unwrap();
        let mut lines: Vec<String> =
            written.iter().flat_map(|packed| packed.split_whitespace()).map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

/// Begins to save, in a task.
fn save(journal: &Arc<Journal<GatedDisk>>) -> JoinHandle<()> {
    let journal = Arc::clone(journal);
    tokio::spawn(async move { journal.save().await })
}

#[interleave::test]
async fn a_save_and_an_append_never_deadlock() {
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
async fn a_line_appended_during_a_save_is_kept_for_the_next() {
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

#[interleave::test]
async fn two_saves_at_once_write_each_line_once() {
    let (journal, mut disk) = journal();
    journal.append("one");
    journal.append("two");
    let first = save(&journal);
    disk.has_begun().await;
    // The first write has begun and does not end; a second one may.
    disk.let_through(1);
    journal.save().await;
    disk.let_through(0);
    first.await.unwrap();
    assert_eq!(disk.lines(), ["one", "two"], "two lines were appended, and two saves were under way at the same time");
}

#[interleave::test]
async fn packing_leaves_the_runtimes_thread_alone() {
    let (journal, disk) = journal();
    journal.append("one");
    disk.let_through(0);
    journal.save().await;
    assert_eq!(disk.lines(), ["one"], "one line was appended and saved");
    assert!(
        !disk.packed_by.lock().unwrap().contains(&thread::current().id()),
        "the lines were packed on the thread that runs the tasks, and all of them stood still meanwhile",
    );
}
