use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use interleave::CountingWaker;
use refcell_across::{Downloads, Removed, Source};
use smol::LocalExecutor;
use smol::channel::{Receiver, Sender, unbounded};
use smol::future::block_on;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep};

/// How long a piece takes.
const PIECE: Duration = Duration::from_millis(100);

/// A file of so many pieces, of ten bytes each.
struct Steady(u32);

impl Source for Steady {
    async fn next(&mut self) -> Option<u64> {
        self.0 = self.0.checked_sub(1)?;
        sleep(PIECE).await;
        Some(10)
    }
}

/// A file whose pieces the test sends. It ends when the sender is dropped.
struct Pieces(Receiver<u64>);

impl Source for Pieces {
    async fn next(&mut self) -> Option<u64> {
        self.0.recv().await.ok()
    }
}

/// A file whose pieces the test sends, and which tells the test when a task waits for one.
struct Announced {
    waits: Sender<()>,
    pieces: Receiver<u64>,
}

impl Announced {
    fn new() -> (Self, Receiver<()>, Sender<u64>) {
        let (waits, is_waiting) = unbounded();
        let (send, pieces) = unbounded();
        (Self { waits, pieces }, is_waiting, send)
    }
}

impl Source for Announced {
    async fn next(&mut self) -> Option<u64> {
        self.waits.try_send(()).unwrap();
        self.pieces.recv().await.ok()
    }
}

/// A download that the test polls by hand.
struct Loading<'a> {
    load: Pin<Box<dyn Future<Output = Result<u64, Removed>> + 'a>>,
    pieces: Option<Sender<u64>>,
    task: CountingWaker,
}

impl<'a> Loading<'a> {
    fn begin(downloads: &'a Downloads, name: &'a str) -> Self {
        let (pieces, source) = unbounded();
        let load = Box::pin(downloads.load(name, Pieces(source)));
        let mut loading = Self { load, pieces: Some(pieces), task: CountingWaker::new() };
        assert_eq!(loading.poll(), Poll::Pending, "no piece of `{name}` has arrived, and it is not at its end");
        loading
    }

    /// A piece of this size arrives.
    fn piece(&mut self, size: u64) -> Poll<Result<u64, Removed>> {
        self.pieces.as_ref().unwrap().try_send(size).unwrap();
        self.poll()
    }

    /// The file is at its end.
    fn end(&mut self) -> Poll<Result<u64, Removed>> {
        self.pieces = None;
        self.poll()
    }

    fn poll(&mut self) -> Poll<Result<u64, Removed>> {
        self.task.poll(self.load.as_mut())
    }
}

#[interleave::test]
async fn two_downloads_take_as_long_as_one() {
    let downloads = Rc::new(Downloads::default());
    let start = Instant::now();
    let local = LocalSet::new();
    let tasks = ["map.pdf", "song.ogg"].map(|name| {
        let downloads = Rc::clone(&downloads);
        local.spawn_local(async move { downloads.load(name, Steady(1)).await })
    });
    local.await;
    for task in tasks {
        let size = task.await.unwrap_or_else(|error| resume_unwind(error.into_panic()));
        assert_eq!(size, Ok(10), "each file has one piece of ten bytes");
    }
    assert_eq!(
        start.elapsed(),
        PIECE,
        "two files of one piece were loaded at the same time, and a piece takes {PIECE:?}; left: how long they took",
    );
}

#[interleave::test(real_only)] // one task and one order: there is nothing to explore
fn on_smol_the_window_shows_a_file_that_is_being_loaded() {
    let downloads = Downloads::default();
    let (source, waits, pieces) = Announced::new();
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let task = executor.spawn(downloads.load("map.pdf", source));
        waits.recv().await.unwrap();
        assert_eq!(
            downloads.lines(),
            ["map.pdf: 0 bytes"],
            "a download has begun and waits for its first piece; left: what the window shows",
        );
        pieces.try_send(10).unwrap();
        waits.recv().await.unwrap();
        assert_eq!(
            downloads.lines(),
            ["map.pdf: 10 bytes"],
            "a piece of 10 bytes has arrived, and the download waits for the next one; left: what the window shows",
        );
        drop(pieces);
        assert_eq!(task.await, Ok(10), "a file of 10 bytes has been loaded");
    }));
}

#[interleave::test]
fn a_download_has_no_line_before_its_first_poll() {
    let downloads = Downloads::default();
    let (_pieces, source) = unbounded();
    let load = downloads.load("map.pdf", Pieces(source));
    assert_eq!(
        downloads.lines(),
        [""; 0],
        "`load` was called, and the future that it returned was not polled; left: what the window shows",
    );
    drop(load);
}

#[interleave::test]
fn each_of_many_downloads_has_its_line() {
    let downloads = Downloads::default();
    let mut expected = Vec::new();
    for size in 1..=300 {
        let (pieces, source) = unbounded();
        pieces.try_send(size).unwrap();
        drop(pieces);
        let loaded = CountingWaker::new().poll(pin!(downloads.load("map.pdf", Pieces(source))));
        assert_eq!(
            loaded,
            Poll::Ready(Ok(size)),
            "file {size} of 300 has {size} bytes; left: what its download returned"
        );
        expected.push(format!("map.pdf: {size} bytes, complete"));
    }
    assert_eq!(downloads.lines(), expected, "300 files were loaded, one after the other; left: what the window shows");
}

#[interleave::test]
fn each_piece_is_shown_when_it_has_arrived() {
    let downloads = Downloads::default();
    let mut map = Loading::begin(&downloads, "map.pdf");
    for (size, line) in [(10, "map.pdf: 10 bytes"), (5, "map.pdf: 15 bytes"), (20, "map.pdf: 35 bytes")] {
        assert_eq!(map.piece(size), Poll::Pending, "a piece has arrived, and the file is not at its end");
        assert_eq!(downloads.lines(), [line], "a piece of {size} bytes has just arrived; left: what the window shows");
    }
}

#[interleave::test]
fn a_complete_download_keeps_its_line() {
    let downloads = Downloads::default();
    let mut map = Loading::begin(&downloads, "map.pdf");
    let mut song = Loading::begin(&downloads, "song.ogg");
    let _ = song.piece(10);
    assert_eq!(song.end(), Poll::Ready(Ok(10)), "`song.ogg` has one piece, of 10 bytes");
    assert_eq!(
        downloads.lines(),
        ["map.pdf: 0 bytes", "song.ogg: 10 bytes, complete"],
        "the second download is complete, and the first one has just begun; left: what the window shows",
    );
    assert_eq!(map.end(), Poll::Ready(Ok(0)), "`map.pdf` is an empty file");
    assert_eq!(
        downloads.lines(),
        ["map.pdf: 0 bytes, complete", "song.ogg: 10 bytes, complete"],
        "both downloads are complete; left: what the window shows",
    );
    downloads.remove(1);
    assert_eq!(
        downloads.lines(),
        ["map.pdf: 0 bytes, complete"],
        "the second of two lines was removed; left: what the window shows",
    );
}

#[interleave::test]
fn the_others_keep_their_lines_when_one_is_removed() {
    let downloads = Downloads::default();
    let _map = Loading::begin(&downloads, "map.pdf");
    let mut song = Loading::begin(&downloads, "song.ogg");
    let mut film = Loading::begin(&downloads, "film.mkv");
    downloads.remove(0);
    assert_eq!(song.piece(10), Poll::Pending, "`song.ogg` is in the list and not at its end");
    assert_eq!(film.piece(20), Poll::Pending, "`film.mkv` is in the list and not at its end");
    assert_eq!(
        downloads.lines(),
        ["song.ogg: 10 bytes", "film.mkv: 20 bytes"],
        "the first of three lines was removed while all of them waited; then 10 bytes of `song.ogg` arrived, and 20 of \
         `film.mkv`; left: what the window shows",
    );
    assert_eq!(song.end(), Poll::Ready(Ok(10)), "`song.ogg` has one piece, of 10 bytes");
}

#[interleave::test]
fn a_new_download_has_a_line_of_its_own() {
    let downloads = Downloads::default();
    let _map = Loading::begin(&downloads, "map.pdf");
    let _song = Loading::begin(&downloads, "song.ogg");
    downloads.remove(0);
    let mut film = Loading::begin(&downloads, "film.mkv");
    assert_eq!(film.piece(20), Poll::Pending, "`film.mkv` is in the list and not at its end");
    assert_eq!(
        downloads.lines(),
        ["song.ogg: 0 bytes", "film.mkv: 20 bytes"],
        "the first of two lines was removed before `film.mkv` began, of which 20 bytes have arrived; left: what the \
         window shows",
    );
}

#[interleave::test]
fn a_new_download_is_not_taken_for_a_removed_one() {
    let downloads = Downloads::default();
    let mut map = Loading::begin(&downloads, "map.pdf");
    downloads.remove(0);
    let _film = Loading::begin(&downloads, "film.mkv");
    let ended = map.piece(10);
    assert_eq!(
        downloads.lines(),
        ["film.mkv: 0 bytes"],
        "`map.pdf` was removed, `film.mkv` began, and then 10 bytes of `map.pdf` arrived; left: what the window shows",
    );
    assert_eq!(ended, Poll::Ready(Err(Removed)), "`map.pdf` was removed, and `film.mkv` is another download");
}

#[interleave::test]
fn two_downloads_may_have_the_same_name() {
    let downloads = Downloads::default();
    let mut first = Loading::begin(&downloads, "map.pdf");
    let mut second = Loading::begin(&downloads, "map.pdf");
    let _ = second.piece(20);
    assert_eq!(
        downloads.lines(),
        ["map.pdf: 0 bytes", "map.pdf: 20 bytes"],
        "20 bytes of the second of two files with the same name have arrived; left: what the window shows",
    );
    let _ = first.piece(10);
    assert_eq!(first.end(), Poll::Ready(Ok(10)), "the first of two files with the same name has 10 bytes");
    assert_eq!(second.end(), Poll::Ready(Ok(20)), "the second of two files with the same name has 20 bytes");
}

#[interleave::test]
fn a_removed_download_ends_with_its_next_piece() {
    let downloads = Downloads::default();
    let mut map = Loading::begin(&downloads, "map.pdf");
    let _ = map.piece(10);
    downloads.remove(0);
    assert_eq!(
        map.piece(5),
        Poll::Ready(Err(Removed)),
        "the user removed the download while it waited, and now another piece has arrived",
    );
}

#[interleave::test]
fn a_download_removed_at_its_end_is_not_complete() {
    let downloads = Downloads::default();
    let mut map = Loading::begin(&downloads, "map.pdf");
    let _ = map.piece(10);
    downloads.remove(0);
    assert_eq!(
        map.end(),
        Poll::Ready(Err(Removed)),
        "the user removed the download while it waited, and then the file was at its end",
    );
}

#[interleave::test]
fn a_removed_download_does_not_come_back() {
    let downloads = Downloads::default();
    let mut map = Loading::begin(&downloads, "map.pdf");
    let _ = map.piece(10);
    downloads.remove(0);
    assert_eq!(downloads.lines(), [""; 0], "the only line was removed; left: what the window shows");
    let _ = map.piece(5);
    assert_eq!(
        downloads.lines(),
        [""; 0],
        "the only line was removed, and then a piece of its file arrived; left: what the window shows",
    );
}

#[interleave::test]
fn two_lists_share_nothing() {
    let (one, other) = (Downloads::default(), Downloads::default());
    let _map = Loading::begin(&one, "map.pdf");
    let mut song = Loading::begin(&other, "song.ogg");
    let _ = song.piece(10);
    assert_eq!(one.lines(), ["map.pdf: 0 bytes"], "only `map.pdf` was begun in this list; left: what the window shows");
    assert_eq!(
        other.lines(),
        ["song.ogg: 10 bytes"],
        "only `song.ogg` was begun in this list, and 10 bytes have arrived; left: what the window shows",
    );
}
