use std::sync::{Arc, Barrier};
use std::thread;

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
    // Each looks until the other one looks, too. If only one is let in, both wait for ever.
    let here = settings.look(|server| {
        both_look.wait();
        server.port
    });
    assert_eq!([here, other.join().unwrap()], [1, 1], "two threads looked at the same port");
}

#[interleave::test]
fn nobody_looks_while_somebody_changes() {
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
        "host and port were changed together, and somebody saw {seen:?}",
    );
}

#[interleave::test]
fn nobody_changes_while_somebody_looks() {
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
    assert_eq!(seen[0], seen[1], "during one look the port was another one from one moment to the next");
    assert_eq!(settings.look(|server| server.port), 2, "the change has ended, so it can be seen");
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
    assert_eq!(settings.look(|server| server.port), 111, "1, and two threads added 10 and 100");
}
