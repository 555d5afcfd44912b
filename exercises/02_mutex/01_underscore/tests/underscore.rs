use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use interleave::CountingWaker;
use tokio::time::{Instant, sleep, timeout};
use underscore::{Machine, Printer};

const PAGE: Duration = Duration::from_millis(10);

/// Collects what it prints. A page takes as long as it says.
struct Tray {
    per_page: Duration,
    pages: Mutex<Vec<String>>,
}

impl Tray {
    fn new(per_page: Duration) -> Self {
        Self { per_page, pages: Mutex::default() }
    }

    fn pages(&self) -> Vec<String> {
        self.pages.lock().unwrap().clone()
    }
}

impl Machine for &Tray {
    async fn print_page(&self, page: &str) {
        sleep(self.per_page).await;
        self.pages.lock().unwrap().push(page.to_owned());
    }
}

/// A tray for tasks.
struct Shared(Arc<Tray>);

impl Machine for Shared {
    async fn print_page(&self, page: &str) {
        (&*self.0).print_page(page).await;
    }
}

/// A tray, and a printer that several tasks share.
fn shared_printer() -> (Arc<Tray>, Arc<Printer<Shared>>) {
    let tray = Arc::new(Tray::new(PAGE));
    (Arc::clone(&tray), Arc::new(Printer::new(Shared(tray))))
}

#[interleave::test]
async fn the_pages_of_two_documents_do_not_mix() {
    let tray = Tray::new(PAGE);
    let printer = Printer::new(&tray);
    tokio::join!(printer.print(&["letter 1", "letter 2", "letter 3"]), printer.print(&["invoice 1", "invoice 2"]));
    let pages = tray.pages();
    assert!(
        pages == ["letter 1", "letter 2", "letter 3", "invoice 1", "invoice 2"]
            || pages == ["invoice 1", "invoice 2", "letter 1", "letter 2", "letter 3"],
        "two documents were printed at once, because nobody held the printer meanwhile: {pages:?}"
    );
}

#[interleave::test]
async fn all_pages_of_all_documents_are_printed() {
    let tray = Tray::new(PAGE);
    let printer = Printer::new(&tray);
    let names: Vec<[String; 3]> =
        (0..40).map(|document| [1, 2, 3].map(|page| format!("document {document} page {page}"))).collect();
    let documents: Vec<[&str; 3]> = names.iter().map(|pages| pages.each_ref().map(String::as_str)).collect();
    let start = Instant::now();
    let mut prints: Vec<_> = documents.iter().map(|document| Box::pin(printer.print(document))).collect();
    // All at once: whichever is not ready stays for the next round.
    poll_fn(|context| {
        prints.retain_mut(|print| print.as_mut().poll(context).is_pending());
        if prints.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    let took = start.elapsed();
    let mut printed = tray.pages();
    assert!(
        printed.chunks(3).all(|pages| names.iter().any(|document| document == pages)),
        "of forty documents at once, two mixed: {printed:?}"
    );
    printed.sort();
    let mut all = names.concat();
    all.sort();
    assert_eq!(printed, all, "each page of forty documents should be printed once");
    assert_eq!(took, 120 * PAGE, "forty documents of three pages took another time (left) than 120 pages do (right)");
    printer.print(&[]).await;
    assert_eq!(
        tray.pages().len(),
        120,
        "a document without pages was printed, and the tray has another number of pages"
    );
}

#[interleave::test]
async fn the_next_document_begins_when_the_one_before_is_done() {
    let tray = Tray::new(PAGE);
    let printer = Printer::new(&tray);
    let start = Instant::now();
    tokio::join!(printer.print(&["letter 1", "letter 2"]), printer.print(&["invoice 1"]), printer.print(&["memo 1"]));
    assert_eq!(
        start.elapsed(),
        4 * PAGE,
        "one machine prints four pages of 10 ms each; less means that two documents were printed at once, more that a \
         document waited while the printer was free"
    );
}

#[interleave::test(schedules = 100)]
async fn every_task_gets_its_turn() {
    let (tray, printer) = shared_printer();
    let start = Instant::now();
    // Each of these tasks has to be woken on its own, and may run on any thread.
    let tasks = ["letter", "invoice", "memo"].map(|page| {
        let printer = Arc::clone(&printer);
        tokio::spawn(async move { printer.print(&[page]).await })
    });
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(start.elapsed(), 3 * PAGE, "three tasks printed a page each, one after the other");
    assert_eq!(tray.pages().len(), 3, "three tasks printed a page each: {:?}", tray.pages());
}

#[interleave::test]
async fn a_turn_that_is_not_taken_is_passed_on() {
    let (tray, printer) = shared_printer();
    let task = CountingWaker::new();
    let mut first = pin!(printer.print(&["letter 1"]));
    let begun = timeout(PAGE / 2, first.as_mut()).await;
    assert!(begun.is_err(), "the page takes longer than that");
    let mut second = Box::pin(printer.print(&["invoice 1"]));
    assert!(task.poll(second.as_mut()).is_pending(), "the letter is being printed, and `print` did not wait");
    let third = {
        let printer = Arc::clone(&printer);
        tokio::spawn(async move { printer.print(&["memo 1"]).await })
    };
    first.await;
    // The invoice may have been woken by now. It is cancelled before it is polled again.
    drop(second);
    third.await.unwrap();
    assert_eq!(tray.pages(), ["letter 1", "memo 1"], "the invoice was cancelled while it waited for its turn");
}

#[interleave::test]
async fn a_print_waits_as_long_as_the_document_before_it_takes() {
    // A test on the paused clock may take an hour in all.
    let tray = Tray::new(Duration::from_secs(14 * 60));
    let printer = Printer::new(&tray);
    let task = CountingWaker::new();
    let mut first = pin!(printer.print(&["poster 1", "poster 2", "poster 3"]));
    let mut second = pin!(printer.print(&["invoice 1"]));
    let begun = timeout(Duration::from_secs(1), first.as_mut()).await;
    assert!(begun.is_err(), "a page of the poster takes fourteen minutes");
    assert!(task.poll(second.as_mut()).is_pending(), "the poster is being printed, and `print` did not wait");
    let empty = CountingWaker::new().poll(pin!(printer.print(&[])));
    assert!(empty.is_pending(), "the poster is being printed; a document without pages waits for its turn as well");
    let mut polled_for = 0;
    while timeout(Duration::from_secs(10), first.as_mut()).await.is_err() {
        // As a runtime does: the waiting task is polled again when it was woken.
        if task.wakes() > polled_for {
            polled_for = task.wakes();
            assert!(task.poll(second.as_mut()).is_pending(), "the poster is being printed, and the invoice is done");
        }
    }
    assert_eq!(tray.pages(), ["poster 1", "poster 2", "poster 3"], "the invoice should wait for the poster");
    assert_eq!(polled_for, 0, "the waiting `print` was woken (left: how often) before the printer was free");
    second.await;
    assert_eq!(
        tray.pages().last().map(String::as_str),
        Some("invoice 1"),
        "three quarters of an hour later it was the invoice's turn"
    );
}

#[interleave::test]
async fn a_cancelled_document_frees_the_printer_at_once() {
    for half_pages in 0..=6 {
        let tray = Tray::new(PAGE);
        let printer = Printer::new(&tray);
        let cancel_after = PAGE / 2 * half_pages;
        let start = Instant::now();
        tokio::join!(
            async { timeout(cancel_after, printer.print(&["letter 1", "letter 2", "letter 3"])).await.ok() },
            printer.print(&["invoice 1", "invoice 2"])
        );
        assert_eq!(
            start.elapsed(),
            cancel_after + 2 * PAGE,
            "a letter was cancelled after {cancel_after:?}, and an invoice of two pages waited for the printer meanwhile; \
             it was done after the time on the left"
        );
        assert_eq!(tray.pages().len(), half_pages as usize / 2 + 2, "pages of two documents: {:?}", tray.pages());
    }
}

#[interleave::test]
async fn a_print_that_is_cancelled_while_it_waits_holds_nobody_up() {
    for half_pages in 0..=6 {
        let tray = Tray::new(PAGE);
        let printer = Printer::new(&tray);
        let cancel_after = PAGE / 2 * half_pages;
        let start = Instant::now();
        tokio::join!(
            printer.print(&["letter 1", "letter 2", "letter 3"]),
            async { timeout(cancel_after, printer.print(&["invoice 1"])).await.ok() },
            printer.print(&["memo 1"])
        );
        assert_eq!(
            start.elapsed(),
            4 * PAGE,
            "a memo waited behind an invoice, and the invoice was cancelled after {cancel_after:?}, while it waited; \
             letter and memo have four pages and were done after the time on the left"
        );
        printer.print(&["another memo"]).await;
        assert_eq!(tray.pages().len(), 5, "three documents were printed and one was cancelled: {:?}", tray.pages());
    }
}

#[interleave::test]
async fn two_printers_do_not_wait_for_each_other() {
    let (upstairs, downstairs) = (Tray::new(PAGE), Tray::new(PAGE));
    let printers = [Printer::new(&upstairs), Printer::new(&downstairs)];
    let start = Instant::now();
    tokio::join!(printers[0].print(&["letter 1", "letter 2"]), printers[1].print(&["invoice 1", "invoice 2"]));
    assert_eq!(start.elapsed(), 2 * PAGE, "two printers printed two pages each, and one of them waited for the other");
}
