use std::fmt::Write as _;
use std::sync::Arc;
// Watching is not what is explored here, so what the watch needs is `core`'s own.
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use detector::{Catalogue, Delivery};
use parking_lot::deadlock;

type Line = (String, u32);

/// How long a report waits to see what becomes of a delivery.
const PATIENCE: Duration = Duration::from_millis(100);

fn delivery<const N: usize>(books: [(u32, &str, u32); N]) -> [Delivery; N] {
    books.map(|(id, title, pieces)| Delivery { id, title: title.to_owned(), pieces })
}

/// Two books, and what a report shows of them.
fn before() -> (Arc<Catalogue>, Vec<Line>) {
    let catalogue = Catalogue::new();
    catalogue.deliver(delivery([(1, "Emma", 3), (2, "Dracula", 5)]));
    (Arc::new(catalogue), vec![("Emma".to_owned(), 3), ("Dracula".to_owned(), 5)])
}

/// The new editions of both, and what a report shows then.
fn new_editions() -> ([Delivery; 2], Vec<Line>) {
    let delivery = delivery([(1, "Emma, illustrated", 30), (2, "Dracula, annotated", 50)]);
    (delivery, vec![("Emma, illustrated".to_owned(), 30), ("Dracula, annotated".to_owned(), 50)])
}

fn report(catalogue: &Catalogue) -> Vec<Line> {
    let mut lines = Vec::new();
    catalogue.report(|title, pieces| lines.push((title.to_owned(), pieces)));
    lines
}

/// What parking_lot's detector finds, each thread with its calls in `src/lib.rs`, the innermost first.
fn detected() -> Option<String> {
    let cycles = deadlock::check_deadlock();
    let cycle = cycles.first()?;
    let mut text = format!("parking_lot found a cycle of {} threads.", cycle.len());
    for (i, thread) in cycle.iter().enumerate() {
        let _ = write!(text, "\nthread {}", i + 1);
        let mut word = "waits in   ";
        for symbol in thread.backtrace().frames().iter().flat_map(|frame| frame.symbols()) {
            let file = symbol.filename().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
            let name = symbol.name().map(|name| format!("{name:#}")).unwrap_or_default();
            if file.ends_with("src/lib.rs") && name.contains("detector::") {
                let line = symbol.lineno().unwrap_or_default();
                let name = name.split("::").filter(|part| !part.contains('<')).last().unwrap_or(&name);
                let _ = write!(text, "\n    {word} `{name}`, src/lib.rs:{line}");
                word = "called from";
            }
        }
    }
    Some(text)
}

/// A delivery arrives in the middle of a report. The detector watches and reports a deadlock if it finds one.
#[interleave::test(real_only)]
fn a_delivery_during_a_report_ends() {
    let (catalogue, old_lines) = before();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = Vec::new();
        let mut delivering = None;
        catalogue.report(|title, pieces| {
            lines.push((title.to_owned(), pieces));
            delivering.get_or_insert_with(|| {
                let delivered = Arc::new(AtomicBool::new(false));
                let thread = {
                    let (catalogue, delivered) = (Arc::clone(&catalogue), Arc::clone(&delivered));
                    thread::spawn(move || {
                        catalogue.deliver(new_editions().0);
                        delivered.store(true, SeqCst);
                    })
                };
                // The report continues when the delivery has ended or is blocked. It may be blocked where no reader would
                // be, so the report does not wait for ever.
                let begun = Instant::now();
                while !delivered.load(SeqCst) && !catalogue.is_busy() && begun.elapsed() < PATIENCE {
                    thread::yield_now();
                }
                thread
            });
        });
        delivering.expect("two books are two lines").join().unwrap();
        tell.send((lines, report(&catalogue))).unwrap();
    });
    let (during, after) = loop {
        match told.recv_timeout(Duration::from_millis(5)) {
            Ok(lines) => break lines,
            Err(RecvTimeoutError::Disconnected) => panic!("the report or the delivery panicked"),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(report) = detected() {
                    interleave::deadlock(&report);
                }
            }
        }
    };
    assert_eq!(
        during, old_lines,
        "the delivery began after the first line; left: the report, right: the catalogue before the delivery"
    );
    assert_eq!(after, new_editions().1, "left: a report after the delivery, right: what was delivered");
}

#[interleave::test(early_deadlines)]
fn reports_and_deliveries_end_in_any_order() {
    let (catalogue, _) = before();
    let publisher = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || catalogue.deliver(new_editions().0))
    };
    let lines = report(&catalogue);
    publisher.join().unwrap();
    assert_eq!(lines.len(), 2, "two books are two lines: {lines:?}");
    assert_eq!(report(&catalogue), new_editions().1, "left: a report after the delivery, right: what was delivered");
}

#[interleave::test(early_deadlines)]
fn a_report_shows_a_delivery_whole_or_not_at_all() {
    let (catalogue, old_lines) = before();
    let publisher = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || catalogue.deliver(new_editions().0))
    };
    let lines = report(&catalogue);
    publisher.join().unwrap();
    assert!(
        lines == old_lines || lines == new_editions().1,
        "a report during a delivery must show the catalogue before or after it, not {lines:?}",
    );
}

#[interleave::test(early_deadlines)]
fn a_rename_during_a_report_ends() {
    let (catalogue, _) = before();
    let clerk = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || catalogue.rename(2, "Dracula, a novel".to_owned()))
    };
    let lines = report(&catalogue);
    clerk.join().unwrap();
    assert_eq!(lines.len(), 2, "two books are two lines: {lines:?}");
    assert_eq!(catalogue.title(2).as_deref(), Some("Dracula, a novel"), "left: the title after it was changed");
    assert_eq!(catalogue.pieces(2), 5, "left: the pieces after the title was changed");
}

#[interleave::test(early_deadlines)]
fn all_lines_of_a_report_are_from_one_moment() {
    let (catalogue, _) = before();
    let clerk = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || {
            catalogue.rename(1, "Emma, a novel".to_owned());
            catalogue.rename(2, "Dracula, a novel".to_owned());
        })
    };
    let lines = report(&catalogue);
    clerk.join().unwrap();
    let renamed = [lines[0].0 == "Emma, a novel", lines[1].0 == "Dracula, a novel"];
    assert_ne!(renamed, [false, true], "book 1 was renamed before book 2, and a report saw only the second: {lines:?}");
}

#[interleave::test(early_deadlines)]
fn title_and_pieces_change_together() {
    let (catalogue, _) = before();
    let publisher = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || catalogue.deliver(new_editions().0))
    };
    // Once one of these is from the delivery, the next ones are, too.
    let seen = (catalogue.title(1), catalogue.pieces(2), catalogue.title(2), catalogue.pieces(1));
    publisher.join().unwrap();
    let title = |title: Option<String>, old, new| match title.as_deref() {
        Some(title) if title == old => false,
        Some(title) if title == new => true,
        other => panic!("during a delivery of a book that was already there, its title was {other:?}"),
    };
    let pieces = |pieces, old, new| {
        assert!(
            [old, new].contains(&pieces),
            "during a delivery there were {pieces} pieces of a book, not {old} or {new}"
        );
        pieces == new
    };
    let new = [
        title(seen.0, "Emma", "Emma, illustrated"),
        pieces(seen.1, 5, 50),
        title(seen.2, "Dracula", "Dracula, annotated"),
        pieces(seen.3, 3, 30),
    ];
    assert!(new.is_sorted(), "asked one after the other for title 1, pieces 2, title 2, pieces 1; new were: {new:?}");
}

#[interleave::test]
fn a_delivery_keeps_the_other_books() {
    let (catalogue, _) = before();
    catalogue.deliver(delivery([(7, "Ulysses, proofs", 9), (2, "Dracula", 4), (7, "Ulysses", 0)]));
    catalogue.deliver([]);
    let mut lines = report(&catalogue);
    lines.sort();
    let expected = [("Dracula", 4), ("Emma", 3), ("Ulysses", 0)].map(|(title, pieces)| (title.to_owned(), pieces));
    assert_eq!(
        lines, expected,
        "left: a report after books 1 and 2, then 7, 2 and 7 again, and then nothing was delivered"
    );
    for (id, title, pieces) in [(1, Some("Emma"), 3), (2, Some("Dracula"), 4), (7, Some("Ulysses"), 0), (9, None, 0)] {
        let seen = (catalogue.title(id), catalogue.pieces(id));
        assert_eq!((seen.0.as_deref(), seen.1), (title, pieces), "left: title and pieces of book {id}");
    }
    assert_eq!(report(&Catalogue::new()), [], "left: the report of an empty catalogue");
}

#[interleave::test]
fn a_catalogue_is_busy_while_readers_wait() {
    let (catalogue, _) = before();
    assert!(!catalogue.is_busy(), "no other thread uses the catalogue, and it says that a reader would have to wait");
    let mut readers = Vec::new();
    catalogue.deliver(new_editions().0.map(|book| (book, &catalogue)).into_iter().map(|(book, catalogue)| {
        let answered = Arc::new(AtomicBool::new(false));
        readers.push(thread::spawn({
            let (catalogue, answered) = (Arc::clone(catalogue), Arc::clone(&answered));
            move || {
                catalogue.title(1);
                catalogue.pieces(1);
                answered.store(true, SeqCst);
            }
        }));
        // Only explore mode knows when the reader sleeps.
        interleave::settle();
        if cfg!(feature = "explore") {
            let (busy, waits) = (catalogue.is_busy(), !answered.load(SeqCst));
            assert_eq!(busy, waits, "left: what `is_busy` returns during a delivery, right: whether a reader waits");
        }
        book
    }));
    readers.into_iter().for_each(|reader| reader.join().unwrap());
}

#[interleave::test]
fn a_catalogue_is_not_busy_while_readers_get_in() {
    let (catalogue, _) = before();
    let mut readers = Vec::new();
    catalogue.report(|_, _| {
        let answered = Arc::new(AtomicBool::new(false));
        readers.push(thread::spawn({
            let (catalogue, answered) = (Arc::clone(&catalogue), Arc::clone(&answered));
            move || {
                catalogue.title(1);
                catalogue.pieces(1);
                answered.store(true, SeqCst);
            }
        }));
        // Only explore mode knows when the reader sleeps.
        interleave::settle();
        if cfg!(feature = "explore") {
            let (busy, waits) = (catalogue.is_busy(), !answered.load(SeqCst));
            assert_eq!(busy, waits, "left: what `is_busy` returns during a report, right: whether a reader waits");
        }
    });
    readers.into_iter().for_each(|reader| reader.join().unwrap());
}

#[interleave::test]
fn two_catalogues_do_not_disturb_each_other() {
    let ((catalogue, old_lines), (other, _)) = (before(), before());
    let mut lines = Vec::new();
    // What is locked here is not locked there.
    catalogue.report(|title, pieces| {
        lines.push((title.to_owned(), pieces));
        other.deliver(new_editions().0);
        other.rename(1, "Emma, a novel".to_owned());
    });
    assert_eq!(lines, old_lines, "left: the report of one catalogue while another got a delivery");
    assert_eq!(report(&catalogue), old_lines, "left: the report of one catalogue after another got a delivery");
}
