use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use move_into_thread::{Rendering, Section};

/// Renders at once.
struct Text(&'static str);

impl Section for Text {
    fn render(&self) -> String {
        self.0.to_owned()
    }
}

/// Right answers never wait for this. It ends a wait that would otherwise be endless.
const LIMIT: Duration = Duration::from_secs(5);

/// Is rendered when the test says so.
struct Slow(Mutex<Receiver<()>>);

impl Section for Slow {
    fn render(&self) -> String {
        match self.0.lock().expect("nobody panicked").recv_timeout(LIMIT) {
            Ok(()) => "rendered after `start` had returned".to_owned(),
            Err(_) => "rendered before `start` returned".to_owned(),
        }
    }
}

/// Tells on which thread it was rendered.
struct Where(mpsc::Sender<ThreadId>);

impl Section for Where {
    fn render(&self) -> String {
        self.0.send(thread::current().id()).expect("the test waits for the answer");
        String::new()
    }
}

#[interleave::test]
fn the_text_of_all_sections_comes_back_in_order() {
    let rendering = Rendering::start(vec![Text("Summary. "), Text("Costs. "), Text("Outlook.")]);
    assert_eq!(rendering.finish(), "Summary. Costs. Outlook.", "`finish` returns what the thread has rendered");
}

#[interleave::test]
fn the_number_of_sections_is_known_from_the_start() {
    let rendering = Rendering::start(vec![Text("Summary. "), Text("Costs.")]);
    assert_eq!(rendering.sections(), 2, "`start` was given 2 sections");
}

#[interleave::test]
fn start_returns_while_a_section_is_still_being_rendered() {
    let (go, wait) = mpsc::channel();
    let rendering = Rendering::start(vec![Slow(Mutex::new(wait))]);
    // If the section was rendered by now, nobody waits for this any more.
    let _ = go.send(());
    assert_eq!(
        rendering.finish(),
        "rendered after `start` had returned",
        "the caller of `start` was kept waiting until the report was ready",
    );
}

#[interleave::test]
fn sections_are_rendered_on_another_thread() {
    let (tell, told) = mpsc::channel();
    Rendering::start(vec![Where(tell)]).finish();
    let rendered_on = told.recv().expect("the section was rendered");
    assert_ne!(rendered_on, thread::current().id(), "the sections were rendered on the caller's own thread");
}

#[interleave::test]
fn the_sections_are_freed_when_the_report_is_done() {
    let (tell, told) = mpsc::channel();
    Rendering::start(vec![Where(tell)]).finish();
    told.recv().expect("the section was rendered");
    // The channel closes when the section, which holds the sending end, is dropped.
    assert_eq!(
        told.recv_timeout(LIMIT),
        Err(RecvTimeoutError::Disconnected),
        "the report is done and its sections are still in memory: nobody owns them who could free them",
    );
}
