// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::Arc;
use std::thread;

use check_then_act::{Compiled, Templates};

/// What the threads of a test share: the templates, and how often one was compiled.
#[derive(Default)]
struct Site {
    templates: Templates,
    compilations: AtomicU32,
}

impl Site {
    fn get(&self, name: &str) -> Arc<Compiled> {
        self.templates.get(name, || {
            self.compilations.fetch_add(1, SeqCst);
            Compiled(format!("<{name}>"))
        })
    }
}

#[interleave::test]
fn a_template_is_compiled_once() {
    let site = Arc::new(Site::default());
    let other = {
        let site = Arc::clone(&site);
        thread::spawn(move || site.get("invoice"))
    };
    site.get("invoice");
    other.join().unwrap();
    assert_eq!(
        site.compilations.load(SeqCst),
        1,
        "two threads asked for the same template at once; left stands how often it was compiled",
    );
}

#[interleave::test]
fn everybody_gets_the_same_template() {
    let site = Arc::new(Site::default());
    let other = {
        let site = Arc::clone(&site);
        thread::spawn(move || site.get("invoice"))
    };
    let (here, there) = (site.get("invoice"), other.join().unwrap());
    assert!(Arc::ptr_eq(&here, &there), "two threads asked for one template and hold two of them in memory");
    assert!(Arc::ptr_eq(&here, &site.get("invoice")), "what was handed out is not what is kept");
}

#[interleave::test]
fn different_templates_are_kept_apart() {
    let site = Arc::new(Site::default());
    let other = {
        let site = Arc::clone(&site);
        thread::spawn(move || site.get("reminder"))
    };
    let (invoice, reminder) = (site.get("invoice"), other.join().unwrap());
    assert_eq!(*invoice, Compiled("<invoice>".to_owned()), "the main thread asked for the invoice");
    assert_eq!(*reminder, Compiled("<reminder>".to_owned()), "the other thread asked for the reminder");
    assert_eq!(site.templates.len(), 2, "two templates were asked for, so two are kept");
}

#[interleave::test]
fn a_known_template_is_not_compiled_again() {
    let site = Site::default();
    let (first, second) = (site.get("invoice"), site.get("invoice"));
    assert!(Arc::ptr_eq(&first, &second), "the second call got another template than the first");
    assert_eq!(site.compilations.load(SeqCst), 1, "the template was known when it was asked for again");
}
