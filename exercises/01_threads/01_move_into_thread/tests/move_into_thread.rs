use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use move_into_thread::{Rendering, Section};

/// Renders at once.
struct Text(String);

impl Section for Text {
    fn render(&self) -> String {
        self.0.clone()
    }
}

fn texts(texts: &[&str]) -> Vec<Text> {
    texts.iter().map(|&text| Text(text.to_owned())).collect()
}

/// Right answers never wait this long. The limit ends a wait that would otherwise be endless.
const LIMIT: Duration = Duration::from_secs(5);

/// Is rendered when the test says so.
struct Slow(Mutex<Receiver<()>>);

impl Slow {
    fn new() -> (Sender<()>, Self) {
        let (go, wait) = mpsc::channel();
        (go, Slow(Mutex::new(wait)))
    }
}

impl Section for Slow {
    fn render(&self) -> String {
        match self.0.lock().unwrap().recv_timeout(LIMIT) {
            Ok(()) => "rendered when the test said so".to_owned(),
            Err(_) => "rendered before the test said so".to_owned(),
        }
    }
}

/// Sends the id of the thread that renders it.
struct Where(Sender<ThreadId>);

impl Section for Where {
    fn render(&self) -> String {
        // A test that has failed no longer listens.
        let _ = self.0.send(thread::current().id());
        String::new()
    }
}

/// Takes ten years of explore mode's clock, and no time on a real one.
struct Long;

impl Section for Long {
    fn render(&self) -> String {
        if cfg!(feature = "explore") {
            thread::sleep(Duration::from_secs(10 * 365 * 24 * 60 * 60));
        }
        "Rendered at last.".to_owned()
    }
}

/// Is rendered when all others are being rendered as well.
struct Together(Arc<Barrier>);

impl Section for Together {
    fn render(&self) -> String {
        self.0.wait();
        "Together.".to_owned()
    }
}

/// Cannot be rendered.
struct Broken;

impl Section for Broken {
    fn render(&self) -> String {
        panic!("a section that cannot be rendered")
    }
}

#[interleave::test]
fn the_text_of_all_sections_comes_back_in_order() {
    let rendering = Rendering::start(texts(&["Summary. ", "Costs. ", "Outlook."]));
    assert_eq!(rendering.finish(), "Summary. Costs. Outlook.", "`finish` did not return what the thread has rendered");

    let pages: Vec<String> = (0..40).map(|page| format!("Page {page}. ")).collect();
    let rendering = Rendering::start(pages.iter().cloned().map(Text).collect());
    assert_eq!(rendering.finish(), pages.concat(), "a report may have any number of sections, and this one had 40");
}

#[interleave::test]
fn an_empty_report_is_an_empty_text() {
    let rendering = Rendering::start(texts(&[]));
    assert_eq!(rendering.sections(), 0, "`start` was given no section (left: what `sections` returned)");
    assert_eq!(rendering.finish(), "", "`start` was given no section (left: what `finish` returned)");
}

#[interleave::test]
fn the_number_of_sections_is_known_from_the_start() {
    for count in [1, 2, 7] {
        let rendering = Rendering::start(texts(&vec!["Text."; count]));
        let known = rendering.sections();
        // When explored, this returns when the thread is done.
        interleave::settle();
        let later = rendering.sections();
        rendering.finish();
        assert_eq!(known, count, "`start` was given {count} sections, and may not have rendered any of them yet");
        assert_eq!(later, count, "`start` was given {count} sections, and some of them are rendered by now");
    }
}

#[interleave::test]
fn start_returns_while_a_section_is_still_being_rendered() {
    let (go, slow) = Slow::new();
    let before = Instant::now();
    let rendering = Rendering::start(vec![slow]);
    let waited = before.elapsed();
    // If the section has been rendered by now, this finds no receiver.
    let _ = go.send(());
    assert_eq!(
        rendering.finish(),
        "rendered when the test said so",
        "`start` kept its caller waiting until the report was ready"
    );
    if cfg!(feature = "explore") {
        // Only the clock of explore mode stands still while nobody sleeps.
        assert_eq!(waited, Duration::ZERO, "`start` slept for {waited:?} (left) before it returned");
    }
}

#[interleave::test]
fn the_report_is_rendered_before_anybody_asks_for_it() {
    let (tell, told) = mpsc::channel();
    let rendering = Rendering::start(vec![Where(tell)]);
    let rendered = told.recv_timeout(LIMIT);
    rendering.finish();
    assert!(rendered.is_ok(), "nothing was rendered until `finish` was called");
}

#[interleave::test]
fn a_report_that_nobody_asks_for_is_rendered_to_its_end() {
    let (tell, told) = mpsc::channel();
    drop(Rendering::start(vec![Where(tell.clone()), Where(tell)]));
    let rendered = [told.recv_timeout(LIMIT).is_ok(), told.recv_timeout(LIMIT).is_ok()];
    assert_eq!(rendered, [true, true], "the `Rendering` was dropped, and its thread stopped before it was done");
}

#[interleave::test]
fn another_thread_renders_every_section_once() {
    let (tell, told) = mpsc::channel();
    Rendering::start((0..3).map(|_| Where(tell.clone())).collect()).finish();
    let rendered_on: Vec<ThreadId> = told.try_iter().collect();
    let own = thread::current().id();
    assert!(!rendered_on.contains(&own), "the thread that called `start` and `finish` rendered a section itself");
    assert_eq!(rendered_on.len(), 3, "the report has 3 sections, and each is rendered once (left: how many were)");
}

#[interleave::test]
fn a_report_does_not_wait_for_another_one() {
    let (go, slow) = Slow::new();
    let first = Rendering::start(vec![slow]);
    let second = Rendering::start(texts(&["Costs."]));
    assert_eq!(
        second.finish(),
        "Costs.",
        "this is the second report (left), and the first one is still being rendered"
    );
    let _ = go.send(());
    assert_eq!(
        first.finish(),
        "rendered when the test said so",
        "the second report was not ready until the first one had given up: they waited for each other"
    );
}

#[interleave::test(real_only)]
fn forty_reports_are_rendered_at_the_same_time() {
    let all = Arc::new(Barrier::new(40));
    let reports: Vec<_> = (0..40).map(|_| Rendering::start(vec![Together(Arc::clone(&all))])).collect();
    let texts: Vec<String> = reports.into_iter().map(Rendering::finish).collect();
    assert_eq!(texts, vec!["Together."; 40], "each of forty reports has one section");
}

#[interleave::test]
fn a_panic_of_a_section_reaches_finish() {
    let rendering = Rendering::start(vec![Broken]);
    let finished = panic::catch_unwind(AssertUnwindSafe(|| rendering.finish()));
    assert!(finished.is_err(), "a section panicked, and `finish` returned {finished:?} as if that were the report");
}

#[interleave::test]
fn finish_waits_as_long_as_rendering_takes() {
    let rendering = Rendering::start(vec![Long]);
    assert_eq!(rendering.finish(), "Rendered at last.", "a section took ten years, and `finish` did not wait for it");
}

#[interleave::test]
fn the_sections_are_freed_when_the_report_is_done() {
    let (tell, told) = mpsc::channel();
    Rendering::start(vec![Where(tell)]).finish();
    told.recv_timeout(LIMIT).expect("the section was rendered");
    // The channel closes when the section, which holds the sending end, is dropped.
    assert_eq!(
        told.recv_timeout(LIMIT),
        Err(RecvTimeoutError::Disconnected),
        "the report is done and its sections are still in memory: nobody owns them and can free them"
    );
}
