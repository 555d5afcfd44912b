use std::future::pending;
use std::pin::pin;
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread::{self, ThreadId};

use interleave::{CountingWaker, HighWater};
use one_thread_pool::{Content, Engine, Scanner};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::{spawn_blocking, yield_now};

/// Runs `test` on a runtime whose blocking pool has this many threads.
fn with_pool(threads: usize, test: impl Future<Output = ()>) {
    /// A runtime that is dropped waits for its pool. After a failed assertion, that could take forever.
    struct LeaveIfItPanics(Option<Runtime>);

    impl Drop for LeaveIfItPanics {
        fn drop(&mut self) {
            if let Some(runtime) = self.0.take().filter(|_| thread::panicking()) {
                runtime.shutdown_background();
            }
        }
    }

    let runtime = Builder::new_current_thread().max_blocking_threads(threads).build().unwrap();
    LeaveIfItPanics(Some(runtime)).0.as_ref().unwrap().block_on(test);
}

/// What is in the items whose names end with a slash. All others are files.
const ARCHIVES: [(&str, &[&str]); 7] = [
    ("none/", &[]),
    ("one/", &["x1"]),
    ("two/", &["a1", "x2"]),
    ("three/", &["x1", "x2", "x3"]),
    ("nest/", &["one/"]),
    ("deep/", &["nest/"]),
    ("all/", &["x3", "two/", "x4"]),
];

/// Opens the items above, and notes what it does. Files whose name begins with an x are malicious.
#[derive(Clone, Default)]
struct Lab(Arc<Notes>);

#[derive(Default)]
struct Notes {
    opened: Mutex<Vec<String>>,
    opened_by: Mutex<Vec<ThreadId>>,
    asked: Mutex<Vec<u64>>,
    inside: HighWater,
}

fn content(item: &str) -> Content {
    match ARCHIVES.iter().find(|(name, _)| *name == item) {
        Some((_, items)) => Content::Archive(items.iter().map(|&item| item.to_owned()).collect()),
        None => Content::File(fingerprint(item)),
    }
}

fn fingerprint(file: &str) -> u64 {
    file.bytes().fold(0, |sum, byte| sum * 1000 + u64::from(byte))
}

fn is_malicious(fingerprint: u64) -> bool {
    fingerprint / 1000 == u64::from(b'x')
}

impl Engine for Lab {
    fn open(&self, item: &str) -> Content {
        let _inside = self.0.inside.enter();
        self.0.opened.lock().unwrap().push(item.to_owned());
        self.0.opened_by.lock().unwrap().push(thread::current().id());
        content(item)
    }

    async fn ask(&self, fingerprint: u64) -> bool {
        self.0.asked.lock().unwrap().push(fingerprint);
        is_malicious(fingerprint)
    }
}

#[interleave::test]
fn an_archive_is_scanned_by_a_pool_of_one_thread() {
    with_pool(1, async {
        let scanner = Scanner::new(Lab::default());
        assert_eq!(scanner.scan("one/").await, ["x1"], "a malicious file in an archive; left: what was found");
    });
}

#[interleave::test]
fn archives_in_archives_are_scanned_by_a_pool_of_one_thread() {
    with_pool(1, async {
        let scanner = Scanner::new(Lab::default());
        let found = scanner.scan("deep/").await;
        assert_eq!(found, ["x1"], "a malicious file, three archives deep; left: what was found");
    });
}

/// An item is open when two of them have been opened at once.
struct Pairs(Barrier);

impl Engine for Pairs {
    fn open(&self, item: &str) -> Content {
        self.0.wait();
        content(item)
    }

    async fn ask(&self, fingerprint: u64) -> bool {
        is_malicious(fingerprint)
    }
}

#[interleave::test]
fn scans_open_items_at_the_same_time() {
    with_pool(2, async {
        let scanner = Scanner::new(Pairs(Barrier::new(2)));
        let (one, other) = tokio::join!(scanner.scan("x1"), scanner.scan("x2"));
        assert_eq!((one, other), (vec!["x1".to_owned()], vec!["x2".to_owned()]), "two scans of a malicious file");
    });
}

/// A server that answers when the test lets it.
struct Slow(Arc<Semaphore>);

impl Engine for Slow {
    fn open(&self, item: &str) -> Content {
        content(item)
    }

    async fn ask(&self, fingerprint: u64) -> bool {
        self.0.acquire().await.unwrap().forget();
        is_malicious(fingerprint)
    }
}

#[interleave::test]
fn no_thread_of_the_pool_waits_for_the_server() {
    with_pool(1, async {
        let answers = Arc::new(Semaphore::new(0));
        let scanner = Scanner::new(Slow(Arc::clone(&answers)));
        let scanning = tokio::spawn(async move { scanner.scan("x1").await });
        // The first job comes after the one that opens the file, the second one after the server was asked.
        for _ in 0..2 {
            spawn_blocking(|| ()).await.unwrap();
            yield_now().await;
        }
        answers.add_permits(1);
        assert_eq!(scanning.await.unwrap(), ["x1"], "the server has answered; left: what was found");
    });
}

/// A server that tells the test when it is asked, and answers when the test lets it.
struct Noting {
    asked: tokio::sync::mpsc::UnboundedSender<u64>,
    answers: Arc<Semaphore>,
}

impl Engine for Noting {
    fn open(&self, item: &str) -> Content {
        content(item)
    }

    async fn ask(&self, fingerprint: u64) -> bool {
        let _ = self.asked.send(fingerprint);
        self.answers.acquire().await.unwrap().forget();
        is_malicious(fingerprint)
    }
}

#[interleave::test]
fn no_thread_of_the_pool_waits_for_answers_about_an_archive() {
    with_pool(1, async {
        let ((asked, mut was_asked), answers) = (tokio::sync::mpsc::unbounded_channel(), Arc::new(Semaphore::new(0)));
        let scanner = Scanner::new(Noting { asked, answers: Arc::clone(&answers) });
        let mut scanning = pin!(scanner.scan("three/"));
        tokio::select! {
            biased;
            _ = &mut scanning => panic!("the server has not answered, and the scan has ended"),
            asked = was_asked.recv() => assert!(asked.is_some(), "the server is asked"),
        }
        // Ends only if the thread of the pool becomes free, although the server does not answer.
        spawn_blocking(|| ()).await.unwrap();
        answers.add_permits(3);
        assert_eq!(scanning.await, ["x1", "x2", "x3"], "the server has answered; left: what was found");
    });
}

/// A server that never answers about harmless files.
struct Silent;

impl Engine for Silent {
    fn open(&self, item: &str) -> Content {
        content(item)
    }

    async fn ask(&self, fingerprint: u64) -> bool {
        if !is_malicious(fingerprint) {
            pending::<()>().await;
        }
        true
    }
}

#[interleave::test]
fn a_scan_does_not_wait_for_the_answers_to_others() {
    with_pool(1, async {
        let scanner = Scanner::new(Silent);
        let mut others = pin!(async { tokio::join!(scanner.scan("a1"), scanner.scan("a2")) });
        tokio::select! {
            biased;
            _ = &mut others => panic!("two scans have ended without an answer from the server"),
            found = scanner.scan("x1") => assert_eq!(found, ["x1"], "a malicious file; left: what was found"),
        }
    });
}

#[interleave::test]
fn items_are_opened_in_the_pool() {
    with_pool(1, async {
        let lab = Lab::default();
        let scanner = Scanner::new(lab.clone());
        scanner.scan("one/").await;
        let here = thread::current().id();
        assert!(
            lab.0.opened_by.lock().unwrap().iter().all(|thread| *thread != here),
            "an item was opened on the thread that runs the tasks; `open` blocks its thread, so it must run in the pool"
        );
    });
}

#[interleave::test]
fn no_more_items_are_opened_than_the_pool_has_threads() {
    with_pool(1, async {
        let lab = Lab::default();
        let scanner = Scanner::new(lab.clone());
        tokio::join!(scanner.scan("one/"), scanner.scan("x2"));
        assert_eq!(lab.0.inside.highest(), 1, "the pool has one thread; left: how many items were opened at once");
    });
}

#[interleave::test]
fn files_are_found_in_the_order_of_the_archive() {
    with_pool(2, async {
        let scanner = Scanner::new(Lab::default());
        let found = scanner.scan("all/").await;
        assert_eq!(found, ["x3", "x2", "x4"], "left: what was found; right: the order of the archive");
    });
}

#[interleave::test]
fn each_item_is_opened_once() {
    with_pool(1, async {
        let lab = Lab::default();
        let scanner = Scanner::new(lab.clone());
        scanner.scan("two/").await;
        let mut opened = lab.0.opened.lock().unwrap().clone();
        opened.sort();
        assert_eq!(opened, ["a1", "two/", "x2"], "an archive of two files; left: the items that were opened");
        let mut asked = lab.0.asked.lock().unwrap().clone();
        asked.sort();
        assert_eq!(asked, ["a1", "x2"].map(fingerprint), "two files; left: the fingerprints that were asked for");
    });
}

/// Opens items when the test lets it.
struct Gated {
    began: tokio::sync::mpsc::UnboundedSender<String>,
    gate: Mutex<mpsc::Receiver<()>>,
}

impl Engine for Gated {
    fn open(&self, item: &str) -> Content {
        let _ = self.began.send(item.to_owned());
        // Fails at once when the test has dropped its end.
        let _ = self.gate.lock().unwrap().recv();
        content(item)
    }

    async fn ask(&self, fingerprint: u64) -> bool {
        is_malicious(fingerprint)
    }
}

#[interleave::test]
fn tasks_run_while_an_item_is_opened() {
    with_pool(1, async {
        let ((began, mut has_begun), (opener, gate)) = (tokio::sync::mpsc::unbounded_channel(), mpsc::channel());
        let scanner = Scanner::new(Gated { began, gate: Mutex::new(gate) });
        let scanning = tokio::spawn(async move { scanner.scan("one/").await });
        assert_eq!(has_begun.recv().await.as_deref(), Some("one/"), "left: the item that is being opened");
        // The item can be opened only because this task runs.
        drop(opener);
        assert_eq!(scanning.await.unwrap(), ["x1"], "a malicious file in an archive; left: what was found");
    });
}

#[interleave::test]
fn a_scan_sleeps_while_an_item_is_opened() {
    with_pool(1, async {
        let ((began, mut has_begun), (opener, gate)) = (tokio::sync::mpsc::unbounded_channel(), mpsc::channel());
        let scanner = Scanner::new(Gated { began, gate: Mutex::new(gate) });
        let waker = CountingWaker::new();
        let mut scanning = pin!(scanner.scan("x1"));
        assert!(waker.poll(scanning.as_mut()).is_pending(), "the scan ended before its item was open");
        has_begun.recv().await.unwrap();
        assert!(waker.poll(scanning.as_mut()).is_pending(), "the scan ended before its item was open");
        let wakes = waker.wakes();
        drop(opener);
        assert_eq!(scanning.await, ["x1"], "a malicious file; left: what was found");
        assert_eq!(
            wakes, 0,
            "the item was being opened; left: how often the scan was woken, which should sleep until the item is open"
        );
    });
}

#[interleave::test]
fn a_scan_that_is_dropped_opens_no_other_item() {
    with_pool(1, async {
        let ((began, mut has_begun), (opener, gate)) = (tokio::sync::mpsc::unbounded_channel(), mpsc::channel());
        let scanner = Scanner::new(Gated { began, gate: Mutex::new(gate) });
        {
            let mut scanning = pin!(scanner.scan("two/"));
            assert!(
                CountingWaker::new().poll(scanning.as_mut()).is_pending(),
                "the scan ended before its item was open"
            );
            assert_eq!(has_begun.recv().await.as_deref(), Some("two/"), "left: the item that is being opened");
            // Here a timeout expires, and the caller drops the scan.
        }
        drop(opener);
        for _ in 0..3 {
            spawn_blocking(|| ()).await.unwrap();
            yield_now().await;
        }
        let next = has_begun.try_recv().ok();
        assert_eq!(
            next, None,
            "the scan was dropped while the archive was being opened; left: what was opened after that"
        );
    });
}

#[interleave::test]
fn a_scan_that_is_dropped_within_an_archive_starts_no_other_item() {
    with_pool(1, async {
        let ((began, mut has_begun), (opener, gate)) = (tokio::sync::mpsc::unbounded_channel(), mpsc::channel());
        let scanner = Scanner::new(Gated { began, gate: Mutex::new(gate) });
        opener.send(()).unwrap();
        {
            let mut scanning = pin!(scanner.scan("all/"));
            for _ in 0..2 {
                tokio::select! {
                    biased;
                    _ = &mut scanning => panic!("only one of its items is open, and the scan has ended"),
                    item = has_begun.recv() => assert!(item.is_some(), "an item is opened"),
                }
            }
            // Here a timeout expires, and the caller drops the scan.
        }
        drop(opener);
        for _ in 0..3 {
            spawn_blocking(|| ()).await.unwrap();
            yield_now().await;
        }
        let opened = Vec::from_iter(std::iter::from_fn(|| has_begun.try_recv().ok()));
        assert!(
            !opened.iter().any(|item| ["a1", "x2"].contains(&item.as_str())),
            "the scan was dropped before it knew what is in \"two/\", and that was opened: {opened:?}"
        );
    });
}

#[interleave::test]
fn nothing_is_found_in_an_empty_archive() {
    with_pool(1, async {
        let scanner = Scanner::new(Lab::default());
        assert_eq!(scanner.scan("none/").await, [""; 0], "the archive is empty; left: what was found");
    });
}
