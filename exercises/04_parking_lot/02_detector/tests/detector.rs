use std::fmt::Write as _;
use std::sync::Arc;
// Watching is not what is explored here, so what the watch needs is `core`'s own.
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use detector::{Catalogue, Delivery};
use parking_lot::deadlock;

type Line = (String, u32);

fn delivery(books: [(u32, &str, u32); 2]) -> [Delivery; 2] {
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
    let circles = deadlock::check_deadlock();
    let circle = circles.first()?;
    let mut text = format!("parking_lot has found a circle of {} threads.", circle.len());
    for (i, thread) in circle.iter().enumerate() {
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

/// In the middle of a report the publisher delivers. The detector watches; if it finds a deadlock, it says so.
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
                // The report goes on when the delivery is through, or has come as far as it can.
                while !delivered.load(SeqCst) && !catalogue.is_busy() {
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
    assert_eq!(during, old_lines, "the delivery came after the first line: left the report, right what it began with");
    assert_eq!(after, new_editions().1, "the report and the delivery have ended; left the catalogue, right what came");
}

#[interleave::test]
fn reports_and_deliveries_end_in_any_order() {
    let (catalogue, _) = before();
    let publisher = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || catalogue.deliver(new_editions().0))
    };
    let lines = report(&catalogue);
    publisher.join().unwrap();
    assert_eq!(lines.len(), 2, "two books are two lines: {lines:?}");
    assert_eq!(report(&catalogue), new_editions().1, "the delivery has ended; left the catalogue, right what came");
}

#[interleave::test]
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
        "a report during a delivery is from before or from after it, and not {lines:?}",
    );
}

#[interleave::test]
fn a_rename_during_a_report_ends() {
    let (catalogue, _) = before();
    let clerk = {
        let catalogue = Arc::clone(&catalogue);
        thread::spawn(move || catalogue.rename(2, "Dracula, a novel".to_owned()))
    };
    let lines = report(&catalogue);
    clerk.join().unwrap();
    assert_eq!(lines.len(), 2, "two books are two lines: {lines:?}");
    assert_eq!(catalogue.title(2).as_deref(), Some("Dracula, a novel"), "the book has its new title");
    assert_eq!(catalogue.pieces(2), 5, "a new title changes no pieces");
}
