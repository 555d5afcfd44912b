use std::sync::{Arc, Barrier};
use std::thread;
// What a thread has done is only looked at when all others sleep, so the mark is `core`'s own.
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};

use readers_together::Settings;

/// Two values that belong together. It cannot be copied: there is one of it.
#[derive(Debug, PartialEq)]
struct Server {
    host: &'static str,
    port: u16,
}

fn settings() -> Arc<Settings<Server>> {
    Arc::new(Settings::new(Server { host: "a.example", port: 1 }))
}

#[interleave::test]
fn two_threads_look_at_the_same_time() {
    let settings = settings();
    let both_look = Arc::new(Barrier::new(2));
    let other = {
        let (settings, both_look) = (Arc::clone(&settings), Arc::clone(&both_look));
        thread::spawn(move || {
            settings.look(|server| {
                both_look.wait();
                server.port
            })
        })
    };
    // Each looks until the other one looks, too. If only one gets in, both wait for ever.
    let here = settings.look(|server| {
        both_look.wait();
        server.port
    });
    assert_eq!([here, other.join().unwrap()], [1, 1], "left: the port that two threads saw");
}

#[interleave::test]
fn no_thread_looks_while_another_changes() {
    let settings = settings();
    let admin = {
        let settings = Arc::clone(&settings);
        thread::spawn(move || {
            settings.change(|server| {
                server.host = "b.example";
                thread::yield_now();
                server.port = 2;
            });
        })
    };
    let seen = settings.look(|server| (server.host, server.port));
    admin.join().unwrap();
    assert!(
        seen == ("a.example", 1) || seen == ("b.example", 2),
        "host and port were changed in one call of `change`, and a look saw {seen:?}",
    );
}

#[interleave::test]
fn no_thread_changes_while_another_looks() {
    let settings = settings();
    let admin = {
        let settings = Arc::clone(&settings);
        thread::spawn(move || settings.change(|server| server.port = 2))
    };
    let seen = settings.look(|server| {
        let before = server.port;
        thread::yield_now();
        [before, server.port]
    });
    admin.join().unwrap();
    assert_eq!(seen[0], seen[1], "the port changed during a single look");
    assert_eq!(settings.look(|server| server.port), 2, "left: the port after it was changed to 2");
}

#[interleave::test]
fn two_changes_at_once_are_both_kept() {
    let settings = settings();
    let other = {
        let settings = Arc::clone(&settings);
        thread::spawn(move || settings.change(|server| server.port += 10))
    };
    settings.change(|server| server.port += 100);
    other.join().unwrap();
    assert_eq!(settings.look(|server| server.port), 111, "left: the port after two threads added 10 and 100 to 1");
}

/// Looks, and while it looks, lets `more` other threads look. Returns how many threads looked at the same time.
fn look_together(settings: &Arc<Settings<Server>>, more: usize) -> usize {
    settings.look(|_| match more {
        0 => 1,
        _ => {
            let settings = Arc::clone(settings);
            1 + thread::spawn(move || look_together(&settings, more - 1)).join().unwrap()
        }
    })
}

/// With a limit, the thread beyond it waits for the one that waits for it.
#[interleave::test]
fn three_hundred_threads_look_at_the_same_time() {
    let settings = settings();
    assert_eq!(look_together(&settings, 299), 300, "left: how many threads looked at the same time");
    settings.change(|server| server.port = 2);
    assert_eq!(look_together(&settings, 0), 1, "left: how many threads looked after the change");
}

#[interleave::test]
fn a_change_that_has_to_wait_sleeps() {
    let settings = settings();
    let changed = Arc::new(AtomicBool::new(false));
    let admin = settings.look(|_| {
        let admin = {
            let (settings, changed) = (Arc::clone(&settings), Arc::clone(&changed));
            thread::spawn(move || {
                settings.change(|server| server.port = 2);
                changed.store(true, SeqCst);
            })
        };
        // A thread that tries again and again never settles.
        interleave::settle();
        assert!(!changed.load(SeqCst), "a change ended while another thread was looking");
        admin
    });
    admin.join().unwrap();
    assert_eq!(settings.look(|server| server.port), 2, "left: the port after it was changed to 2");
}

#[interleave::test]
fn a_look_that_has_to_wait_sleeps() {
    let settings = settings();
    let user = settings.change(|server| {
        let user = {
            let settings = Arc::clone(&settings);
            thread::spawn(move || settings.look(|server| server.port))
        };
        // A thread that tries again and again never settles.
        interleave::settle();
        server.port = 2;
        user
    });
    assert_eq!(user.join().unwrap(), 2, "left: the port that was seen when the change to 2 had ended");
}

#[interleave::test]
fn two_settings_do_not_disturb_each_other() {
    let (settings, copy) = (settings(), settings());
    // What is locked here is not locked there.
    settings.change(|server| {
        server.port = copy.look(|server| server.port) + 1;
        copy.change(|server| server.port += 10);
    });
    let ports = [settings.look(|server| server.port), copy.look(|server| server.port)];
    assert_eq!(ports, [2, 11], "left: the ports of two settings that were changed one inside the other");
}
