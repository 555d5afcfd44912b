use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bounded_wait::{Busy, Routes};

/// How long callers of `find` are prepared to wait. Real threads have less patience, so that the tests are quick.
const LIMIT: Duration = Duration::from_millis(if cfg!(feature = "explore") { 250 } else { 20 });
/// No update in these tests takes as long as this.
const HOUR: Duration = Duration::from_secs(3600);

type Found = Result<Option<String>, Busy>;

fn server(name: &str) -> Found {
    Ok(Some(name.to_owned()))
}

/// A table of one host, made by one update.
fn routes() -> Arc<Routes> {
    let routes = Routes::new();
    route(&routes, "start", "blog.example", "server 1");
    Arc::new(routes)
}

fn route(routes: &Routes, by: &'static str, host: &str, server: &str) {
    routes.update(by, |servers| {
        servers.insert(host.to_owned(), server.to_owned());
    });
}

/// Asks for the blog's server on another thread. The thread returns how long that took.
fn find(routes: &Arc<Routes>, limit: Duration) -> thread::JoinHandle<(Found, Duration)> {
    let routes = Arc::clone(routes);
    thread::spawn(move || {
        let start = Instant::now();
        (routes.find("blog.example", limit), start.elapsed())
    })
}

#[interleave::test]
fn a_find_gives_up_when_its_time_is_up() {
    let routes = routes();
    routes.update("import", |_| {
        // This update does not end before `find` has returned.
        let (found, took) = find(&routes, LIMIT).join().unwrap();
        assert!(found.is_err(), "the table was locked all the time, and `find` returned {found:?}");
        assert!(took >= LIMIT, "`find` may wait for {LIMIT:?}, and gave up after {took:?}");
        if cfg!(feature = "explore") {
            assert_eq!(took, LIMIT, "left: when `find` gave up; right: how long it may wait");
        }
    });
    assert_eq!(routes.find("blog.example", LIMIT), server("server 1"), "left: what `find` returned after the update");
}

#[interleave::test]
fn the_error_names_the_update_that_began_last() {
    let routes = routes();
    for by in ["import", "health check", "import"] {
        routes.update(by, |_| {
            let (found, _) = find(&routes, LIMIT).join().unwrap();
            let by_this = Err(Busy { by, ended: 0 });
            assert_eq!(found, by_this, "one update, {by:?}, had the table all the time; left: what `find` returned");
        });
    }
}

#[interleave::test]
fn the_error_counts_the_updates_that_have_ended_meanwhile() {
    let routes = routes();
    let mut other = None;
    let begun = Instant::now();
    routes.update("import", |_| {
        other = Some(find(&routes, LIMIT));
        thread::sleep(LIMIT * 2 / 5);
    });
    routes.update("health check", |_| thread::sleep(LIMIT * 4));
    let (found, took) = other.expect("the first update has asked").join().unwrap();
    // Which of them is next after the first update is up to the scheduler. Real threads do not keep to these times.
    if cfg!(feature = "explore") && found.is_err() {
        let second = Err(Busy { by: "health check", ended: 1 });
        assert_eq!(
            found, second,
            "one update has ended meanwhile, and another one has begun; left: what `find` returned"
        );
        assert_eq!(took, LIMIT, "left: when `find` gave up; right: how long it may wait for all updates together");
    } else if cfg!(feature = "explore") {
        assert_eq!(found, server("server 1"), "the updates changed nothing; left: what `find` returned");
    }
    assert!(begun.elapsed() >= LIMIT, "two updates took longer than the limit");
}

#[interleave::test]
fn an_update_is_not_blamed_for_the_time_before_it_began() {
    let routes = routes();
    let (mut other, mut next) = (None, None);
    routes.update("import", |_| {
        other = Some(find(&routes, LIMIT));
        thread::sleep(LIMIT / 5);
        let routes = Arc::clone(&routes);
        next = Some(thread::spawn(move || route(&routes, "health check", "blog.example", "server 2")));
        thread::sleep(LIMIT * 4 / 5);
    });
    let (found, _) = other.expect("the import has asked").join().unwrap();
    next.expect("the import has begun the health check").join().unwrap();
    // The limit expires just when the import ends. Real threads do not keep to these times.
    if cfg!(feature = "explore") {
        let blamed = Err(Busy { by: "health check", ended: 0 });
        assert_ne!(found, blamed, "`find` began while the import had the table, and blamed an update that came later");
    }
}

#[interleave::test]
fn a_find_continues_when_the_update_has_ended() {
    let routes = routes();
    let mut other = None;
    // Whoever looks once in each millisecond finds the table free too late.
    let update = LIMIT * 2 / 5 + Duration::from_micros(333);
    routes.update("import", |servers| {
        other = Some(find(&routes, HOUR));
        thread::sleep(update);
        servers.insert("blog.example".to_owned(), "server 2".to_owned());
    });
    let (found, took) = other.expect("the update has asked").join().unwrap();
    assert_eq!(found, server("server 2"), "the update ended long before the limit; left: what `find` returned");
    if cfg!(feature = "explore") {
        assert_eq!(took, update, "left: when `find` returned; right: when the update ended");
    }
}

#[interleave::test]
fn a_find_waits_as_long_as_its_limit_allows() {
    let routes = routes();
    let mut other = None;
    routes.update("import", |_| {
        other = Some(find(&routes, HOUR));
        if cfg!(feature = "explore") {
            // An hour of explore mode's clock takes no time.
            thread::sleep(HOUR - LIMIT);
        }
    });
    let (found, _) = other.expect("the update has asked").join().unwrap();
    assert_eq!(found, server("server 1"), "the update ended shortly before the limit; left: what `find` returned");
}

#[interleave::test]
fn a_limit_may_have_any_length() {
    let routes = routes();
    assert_eq!(routes.find("blog.example", Duration::ZERO), server("server 1"), "the table was free, and the limit 0");
    assert_eq!(routes.find("blog.example", Duration::MAX), server("server 1"), "the table was free; no limit");
    let mut other = None;
    routes.update("import", |_| {
        let (found, took) = find(&routes, Duration::ZERO).join().unwrap();
        assert_eq!(found, Err(Busy { by: "import", ended: 0 }), "the limit was 0, and the table was locked");
        if cfg!(feature = "explore") {
            assert_eq!(took, Duration::ZERO, "left: how long `find` took with a limit of 0");
        }
        other = Some(find(&routes, Duration::MAX));
        if cfg!(feature = "explore") {
            thread::sleep(HOUR);
        }
    });
    let (found, _) = other.expect("the update has asked").join().unwrap();
    assert_eq!(found, server("server 1"), "the update has ended, and the limit was the longest there is");
}

#[interleave::test(early_deadlines)]
fn a_find_sees_no_half_of_an_update() {
    let routes = routes();
    let other = find(&routes, HOUR);
    routes.update("move", |servers| {
        let old = servers.remove("blog.example");
        thread::yield_now();
        assert_eq!(old.as_deref(), Some("server 1"), "left: the server of the blog before the update");
        servers.insert("blog.example".to_owned(), "server 2".to_owned());
    });
    // Here, a limit may expire at any moment.
    if let (Ok(found), _) = other.join().unwrap() {
        let found = found.as_deref();
        assert!(
            found == Some("server 1") || found == Some("server 2"),
            "the blog moved from server 1 to server 2 in one update, and `find` returned {found:?}"
        );
    }
    assert_eq!(routes.find("blog.example", HOUR), server("server 2"), "left: what `find` returned after the update");
}

#[interleave::test(early_deadlines)]
fn two_updates_at_once_are_both_kept() {
    let routes = routes();
    let other = {
        let routes = Arc::clone(&routes);
        thread::spawn(move || route(&routes, "import", "shop.example", "server 3"))
    };
    routes.update("health check", |servers| {
        thread::yield_now();
        servers.insert("wiki.example".to_owned(), "server 4".to_owned());
    });
    other.join().unwrap();
    let hosts = ["blog.example", "shop.example", "wiki.example"];
    let found = hosts.map(|host| routes.find(host, Duration::ZERO));
    let expected = ["server 1", "server 3", "server 4"].map(server);
    assert_eq!(found, expected, "left: the servers of three hosts after two updates at once");
}

#[interleave::test]
fn an_update_waits_as_long_as_another_one_takes() {
    let routes = routes();
    let mut other = None;
    routes.update("import", |_| {
        let routes = Arc::clone(&routes);
        other = Some(thread::spawn(move || route(&routes, "health check", "blog.example", "server 2")));
        if cfg!(feature = "explore") {
            // A week of explore mode's clock takes no time.
            thread::sleep(HOUR * 24 * 7);
        }
    });
    other.expect("the first update has begun the second one").join().unwrap();
    assert_eq!(routes.find("blog.example", LIMIT), server("server 2"), "an update waited for a week, and was not made");
}

#[interleave::test]
fn a_host_that_is_not_in_the_table_has_no_server() {
    let routes = Routes::new();
    assert_eq!(routes.find("blog.example", LIMIT), Ok(None), "the table is empty");
    route(&routes, "import", "blog.example", "");
    route(&routes, "import", "shop.example", "server 2");
    let hosts = ["blog.example", "Blog.example", "shop.example", ""];
    let found = hosts.map(|host| routes.find(host, LIMIT));
    assert_eq!(found, [server(""), Ok(None), server("server 2"), Ok(None)], "left: what `find` returned for {hosts:?}");
    routes.update("import", |servers| servers.clear());
    assert_eq!(routes.find("shop.example", LIMIT), Ok(None), "the last update has removed all hosts");
}

#[interleave::test]
fn two_tables_do_not_disturb_each_other() {
    let (here, there) = (routes(), routes());
    here.update("import", |_| {
        route(&there, "export", "blog.example", "server 2");
        let (found, _) = find(&there, LIMIT).join().unwrap();
        assert_eq!(found, server("server 2"), "one table was locked; left: what `find` returned of another one");
        let (found, _) = find(&here, LIMIT).join().unwrap();
        let by_import = Err(Busy { by: "import", ended: 0 });
        assert_eq!(found, by_import, "another table was updated before; left: what `find` returned of this one");
    });
}
