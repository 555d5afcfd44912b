use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use underscore::{Machine, Printer};

const PAGE: Duration = Duration::from_millis(10);

/// Collects what it prints.
#[derive(Default)]
struct Tray(Mutex<Vec<String>>);

impl Tray {
    fn pages(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Machine for &Tray {
    async fn print_page(&self, page: &str) {
        sleep(PAGE).await;
        self.0.lock().unwrap().push(page.to_owned());
    }
}

#[interleave::test]
async fn the_pages_of_two_documents_do_not_mix() {
    let tray = Tray::default();
    let printer = Printer::new(&tray);
    tokio::join!(printer.print(&["letter 1", "letter 2", "letter 3"]), printer.print(&["invoice 1", "invoice 2"]));
    let pages = tray.pages();
    assert!(
        pages == ["letter 1", "letter 2", "letter 3", "invoice 1", "invoice 2"]
            || pages == ["invoice 1", "invoice 2", "letter 1", "letter 2", "letter 3"],
        "two documents were printed at once, and nobody held the printer meanwhile: {pages:?}"
    );
}

#[interleave::test]
async fn the_next_document_begins_when_the_one_before_is_done() {
    let tray = Tray::default();
    let printer = Printer::new(&tray);
    let start = Instant::now();
    tokio::join!(printer.print(&["letter 1", "letter 2"]), printer.print(&["invoice 1"]), printer.print(&["memo 1"]));
    assert_eq!(
        start.elapsed(),
        4 * PAGE,
        "one machine prints four pages of 10 ms each; less means that two documents were printed at once, more that \
         somebody went on waiting when the printer was free"
    );
}

#[interleave::test]
async fn a_cancelled_document_gives_its_turn_away() {
    let tray = Tray::default();
    let printer = Printer::new(&tray);
    let cancelled = timeout(PAGE + PAGE / 2, printer.print(&["letter 1", "letter 2", "letter 3"])).await;
    assert!(cancelled.is_err(), "three pages take longer than one and a half");
    printer.print(&["invoice 1"]).await;
    assert_eq!(tray.pages(), ["letter 1", "invoice 1"], "the letter was cancelled on its second page");
}
