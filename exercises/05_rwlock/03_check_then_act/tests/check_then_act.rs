// Counting is not what is explored here, so the counter and the mark are `core`'s own.
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::collections::HashSet;
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
            Compiled(name.to_owned())
        })
    }
}

#[interleave::test(early_deadlines)]
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
        "two threads asked for the same template at once; left: how often it was compiled",
    );
}

#[interleave::test(early_deadlines)]
fn all_callers_get_the_same_template() {
    let site = Arc::new(Site::default());
    let other = {
        let site = Arc::clone(&site);
        thread::spawn(move || site.get("invoice"))
    };
    let (here, there) = (site.get("invoice"), other.join().unwrap());
    assert!(Arc::ptr_eq(&here, &there), "two threads asked for one template, and each got one of its own");
    assert!(
        Arc::ptr_eq(&here, &site.get("invoice")),
        "two threads got one template, and the next caller got another one"
    );
}

#[interleave::test(early_deadlines)]
fn different_templates_are_kept_apart() {
    let site = Arc::new(Site::default());
    let other = {
        let site = Arc::clone(&site);
        thread::spawn(move || site.get("reminder"))
    };
    let (invoice, reminder) = (site.get("invoice"), other.join().unwrap());
    assert_eq!(*invoice, Compiled("invoice".to_owned()), "left: what the main thread got for `invoice`");
    assert_eq!(*reminder, Compiled("reminder".to_owned()), "left: what the other thread got for `reminder`");
    assert_eq!(site.templates.len(), 2, "left: how many templates are kept after calls for two names");
}

#[interleave::test]
fn a_known_template_is_not_compiled_again() {
    let site = Site::default();
    // Nobody keeps what is returned.
    drop(site.get("invoice"));
    drop(site.get("invoice"));
    assert_eq!(site.compilations.load(SeqCst), 1, "left: how often one template was compiled for two calls");
}

#[interleave::test(early_deadlines)]
fn three_threads_compile_a_template_once() {
    let site = Arc::new(Site::default());
    let others = [(); 2].map(|()| {
        let site = Arc::clone(&site);
        thread::spawn(move || site.get("invoice"))
    });
    let here = site.get("invoice");
    for other in others {
        assert!(Arc::ptr_eq(&here, &other.join().unwrap()), "three threads asked for one template and got several");
    }
    assert_eq!(site.compilations.load(SeqCst), 1, "three threads asked at once; left: how often it was compiled");
}

#[interleave::test]
fn each_of_many_templates_is_compiled_once() {
    let site = Site::default();
    assert!(site.templates.is_empty(), "no template was asked for, and some are kept");
    // Names of one length, some of which differ only in case, and the empty one, whose template is empty, too. Some of
    // them are repeated soon and some late.
    let name = |n| if n % 2 == 0 { format!("page {:03}", n / 2) } else { format!("Page {:03}", n / 2) };
    let names: Vec<String> = (0..300).map(|n| if n == 0 { String::new() } else { name(n) }).collect();
    let mut known = HashSet::new();
    for step in 0..1_500_usize {
        let name = &names[step * 7 % 300.min(step / 4 + 1)];
        known.insert(name);
        assert_eq!(*site.get(name), Compiled(name.clone()), "left: what a call for `{name}` returned");
        let counts = (site.compilations.load(SeqCst) as usize, site.templates.len());
        assert_eq!(counts, (known.len(), known.len()), "left: how often was compiled, and how many are kept");
        assert!(!site.templates.is_empty(), "{} templates are kept, and `is_empty` returns true", known.len());
    }
}

#[interleave::test(early_deadlines)]
fn known_templates_are_counted_while_another_one_is_compiled() {
    let site = Arc::new(Site::default());
    site.get("invoice");
    let is_compiled = Arc::new(AtomicBool::new(false));
    let other = {
        let (site, is_compiled) = (Arc::clone(&site), Arc::clone(&is_compiled));
        thread::spawn(move || {
            site.templates.get("reminder", || {
                thread::yield_now();
                is_compiled.store(true, SeqCst);
                Compiled("reminder".to_owned())
            })
        })
    };
    let count = site.templates.len();
    let may_count = if is_compiled.load(SeqCst) { 2 } else { 1 };
    let empty = site.templates.is_empty();
    other.join().unwrap();
    assert!(
        (1..=may_count).contains(&count),
        "one template was known and {} was compiled by then; `len` returned {count}",
        if may_count == 2 { "another one" } else { "no other one" }
    );
    assert!(!empty, "one template was known, and `is_empty` returned true");
}

#[interleave::test]
fn two_sites_do_not_disturb_each_other() {
    let (site, other) = (Site::default(), Site::default());
    // A template may be compiled from one of another site.
    let compiled = other.templates.get("invoice", || Compiled(format!("{} copied", site.get("invoice").0)));
    assert_eq!(*compiled, Compiled("invoice copied".to_owned()), "left: what the second site compiled for `invoice`");
    assert_eq!(*site.get("invoice"), Compiled("invoice".to_owned()), "left: what the first site has for `invoice`");
    assert_eq!([site.templates.len(), other.templates.len()], [1, 1], "left: how many templates each site keeps");
}
