use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use interleave::{histories, like_the_model};
use keep_it_short::Blocklist;

/// How long a feed takes for a domain, and how long a name server takes to answer. Real threads do not wait so long.
const DELAY: Duration = Duration::from_millis(if cfg!(feature = "explore") { 100 } else { 5 });

#[derive(Debug, PartialEq)]
struct ConnectionLost;

/// A feed with these domains.
fn feed(domains: &[&'static str]) -> impl Iterator<Item = Result<String, ConnectionLost>> + Send + use<> {
    let domains = domains.to_vec();
    domains.into_iter().map(|domain| Ok(domain.to_owned()))
}

/// The same over a slow line.
fn slow_feed(domains: &[&'static str]) -> impl Iterator<Item = Result<String, ConnectionLost>> + Send + use<> {
    feed(domains).inspect(|_| thread::sleep(DELAY))
}

/// A list of two domains, a.example and b.example.
fn list() -> Arc<Blocklist> {
    let list = Blocklist::new();
    assert_eq!(list.import(feed(&["a.example", "b.example"])), Ok(2), "two domains were imported into an empty list");
    Arc::new(list)
}

/// Runs `call` on another thread.
fn spawn<R: Send + 'static>(
    list: &Arc<Blocklist>,
    call: impl FnOnce(&Blocklist) -> R + Send + 'static,
) -> JoinHandle<R> {
    let list = Arc::clone(list);
    thread::spawn(move || call(&list))
}

/// Compares the time since `start`. Real clocks are never exact, so this looks only in explore mode, on the virtual clock.
#[track_caller]
fn took(start: Instant, expected: Duration, what: &str) {
    let took = start.elapsed();
    if cfg!(feature = "explore") {
        assert_eq!(took, expected, "{what}");
    }
}

#[interleave::test]
fn two_imports_take_as_long_as_one() {
    let list = Arc::new(Blocklist::new());
    let start = Instant::now();
    let other = spawn(&list, |list| list.import(slow_feed(&["a.example"])));
    let own = list.import(slow_feed(&["b.example"]));
    assert_eq!([own, other.join().unwrap()], [Ok(1), Ok(1)], "two threads imported a domain each");
    took(
        start,
        DELAY,
        "two threads imported a domain each, from two feeds; one of them waited until the other had read its feed \
         (left: how long both took; right: how long a feed takes)",
    );
    assert!(list.blocks("a.example") && list.blocks("b.example"), "both domains were imported");
}

#[interleave::test]
fn a_mail_does_not_wait_for_an_import() {
    let list = list();
    let start = Instant::now();
    let import = spawn(&list, |list| list.import(slow_feed(&["c.example", "d.example"])));
    thread::sleep(DELAY / 2);
    assert!(list.blocks("a.example"), "a.example has been on the list from the beginning");
    took(
        start,
        DELAY / 2,
        "a mail came 50 ms after the start of an import, and was kept waiting (left: when `blocks` returned)",
    );
    assert_eq!(import.join().unwrap(), Ok(2), "two domains were imported that were not on the list");
    took(start, 2 * DELAY, "a feed of two domains took another time (left) than 200 ms (right)");
    assert!(list.blocks("c.example") && list.blocks("d.example"), "both domains of the feed are on the list now");
    assert!(!list.blocks("e.example"), "e.example was never imported, and a mail from it was blocked");
}

#[interleave::test]
fn a_mail_does_not_wait_while_domains_are_expired() {
    let list = list();
    let start = Instant::now();
    let expire = spawn(&list, |list| {
        list.expire(|domain| {
            thread::sleep(DELAY);
            domain == "a.example"
        })
    });
    thread::sleep(DELAY / 2);
    assert!(list.blocks("b.example"), "b.example has been on the list from the beginning");
    took(
        start,
        DELAY / 2,
        "a mail came 50 ms after the start of `expire`, and was kept waiting (left: when `blocks` returned)",
    );
    assert_eq!(expire.join().unwrap(), 1, "one of two domains has expired");
    took(start, 2 * DELAY, "`expire` asked about two domains, which took another time (left) than 200 ms (right)");
    assert!(!list.blocks("a.example"), "a.example has expired, and is still blocked");
}

#[interleave::test]
fn an_import_does_not_wait_while_domains_are_expired() {
    let list = list();
    let start = Instant::now();
    let expire = spawn(&list, |list| {
        list.expire(|domain| {
            thread::sleep(DELAY);
            domain == "a.example"
        })
    });
    thread::sleep(DELAY / 2);
    assert_eq!(list.import(feed(&["c.example"])), Ok(1), "c.example was not on the list");
    took(
        start,
        DELAY / 2,
        "an import began 50 ms after the start of `expire`, from a feed that takes no time, and was kept waiting (left: \
         when `import` returned)",
    );
    assert_eq!(expire.join().unwrap(), 1, "one of the domains has expired");
    assert!(list.blocks("c.example"), "c.example was imported while `expire` ran, and it is not on the list");
}

#[interleave::test]
fn an_import_appears_at_one_moment() {
    for [first, second] in [["a.example", "b.example"], ["b.example", "a.example"]] {
        let list = Arc::new(Blocklist::new());
        let import = spawn(&list, |list| list.import(feed(&["a.example", "b.example"])));
        let (saw_first, saw_second) = (list.blocks(first), list.blocks(second));
        assert_eq!(import.join().unwrap(), Ok(2), "two domains were imported into an empty list");
        assert!(
            !saw_first || saw_second,
            "a feed contains two domains; {first} was on the list, and {second}, asked for after that, was not yet"
        );
    }
}

#[interleave::test]
fn an_import_counts_what_is_new() {
    let list = list();
    let new = list.import(feed(&["b.example", "c.example", "d.example", "c.example"]));
    assert_eq!(new, Ok(2), "b.example was on the list, and the feed contains c.example twice and d.example once");
    assert_eq!(list.import(feed(&["d.example"])), Ok(0), "d.example was imported before");
    assert_eq!(list.import(feed(&[])), Ok(0), "the feed was empty");
}

#[interleave::test]
fn a_feed_that_fails_adds_nothing() {
    let list = list();
    let import =
        spawn(&list, |list| list.import(feed(&["c.example"]).chain([Err(ConnectionLost)]).chain(feed(&["d.example"]))));
    let meanwhile = list.blocks("c.example");
    assert_eq!(import.join().unwrap(), Err(ConnectionLost), "the feed returned an error after its first domain");
    assert!(!meanwhile, "a feed that fails adds nothing; for a moment, its first domain was on the list");
    assert!(!list.blocks("c.example"), "the feed failed after c.example, and that was added to the list");
    assert!(!list.blocks("d.example"), "the feed failed before d.example, and that was added to the list");
}

#[interleave::test]
fn two_imports_at_once_are_both_kept() {
    let list = list();
    let other = spawn(&list, |list| list.import(feed(&["c.example"])));
    let own = list.import(feed(&["d.example"]));
    assert_eq!([own, other.join().unwrap()], [Ok(1), Ok(1)], "two threads imported a new domain each");
    for domain in ["a.example", "b.example", "c.example", "d.example"] {
        assert!(list.blocks(domain), "two imports at once, and {domain} is no longer on the list");
    }
}

#[interleave::test]
fn a_domain_is_new_once() {
    let list = Arc::new(Blocklist::new());
    let other = spawn(&list, |list| list.import(feed(&["a.example"])));
    let counts = [list.import(feed(&["a.example"])), other.join().unwrap()];
    assert!(
        counts == [Ok(0), Ok(1)] || counts == [Ok(1), Ok(0)],
        "two threads imported the same domain, and it was new for one of them; they counted {counts:?}"
    );
}

#[interleave::test]
fn a_mail_is_judged_rightly_while_the_list_is_in_use() {
    let list = list();
    let import = spawn(&list, |list| list.import(feed(&["c.example"])));
    let blocked = ["a.example", "e.example"].map(|domain| list.blocks(domain));
    assert_eq!(import.join().unwrap(), Ok(1), "one domain was imported");
    assert_eq!(
        blocked,
        [true, false],
        "during an import of another domain, mails came from a.example, which is on the list, and from e.example, which is \
         not (left: which of them were blocked)"
    );
}

#[interleave::test]
fn each_domain_is_asked_about_once() {
    let list = list();
    assert_eq!(list.import(feed(&["c.example", "d.example"])), Ok(2), "two domains were imported");
    let mut asked = Vec::new();
    let removed = list.expire(|domain| {
        asked.push(domain.to_owned());
        matches!(domain, "b.example" | "d.example")
    });
    assert_eq!(removed, 2, "two of four domains have expired");
    asked.sort();
    assert_eq!(
        asked,
        ["a.example", "b.example", "c.example", "d.example"],
        "four domains were on the list, and `expire` asked about those on the left"
    );
    let left = ["a.example", "b.example", "c.example", "d.example"].map(|domain| list.blocks(domain));
    assert_eq!(left, [true, false, true, false], "of the domains a to d, b and d have expired");
    assert_eq!(list.expire(|_| false), 0, "no domain has expired");
    assert_eq!(list.expire(|_| true), 2, "two domains were left, and both have expired");
    assert_eq!(list.expire(|_| true), 0, "no domain was left");
}

#[interleave::test]
fn what_is_imported_meanwhile_is_kept() {
    let list = list();
    let expire = spawn(&list, |list| list.expire(|domain| domain == "a.example"));
    assert_eq!(list.import(feed(&["c.example"])), Ok(1), "c.example was not on the list");
    assert_eq!(expire.join().unwrap(), 1, "one domain has expired");
    assert!(!list.blocks("a.example"), "a.example has expired, and is still blocked");
    assert!(list.blocks("c.example"), "c.example was imported while `expire` ran, and it is not on the list");
}

#[interleave::test]
fn a_domain_that_stays_is_blocked_at_every_moment() {
    let list = list();
    let expire = spawn(&list, |list| list.expire(|domain| domain == "a.example"));
    assert!(list.blocks("b.example"), "b.example has not expired, and for a moment it was not blocked");
    assert_eq!(expire.join().unwrap(), 1, "one domain has expired");
}

#[interleave::test]
fn a_domain_is_removed_once() {
    let list = list();
    let other = spawn(&list, |list| list.expire(|domain| domain == "a.example"));
    let counts = [list.expire(|domain| domain == "a.example"), other.join().unwrap()];
    assert!(
        counts == [0, 1] || counts == [1, 0],
        "two threads called `expire`, and one of them removed a.example; they counted {counts:?}"
    );
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn a_list_may_have_any_number_of_domains() {
    #[derive(Debug)]
    enum Op {
        Import(Vec<usize>),
        Expire(usize),
    }
    histories(
        |draws| match draws.below(3) {
            0 => Op::Expire(2 + draws.below(3)),
            _ => Op::Import((0..draws.below(4)).map(|_| draws.below(9)).collect()),
        },
        || (Blocklist::new(), BTreeMap::new()),
        |(list, model), op| {
            let name = |domain: &usize| format!("{domain}.example");
            match op {
                Op::Import(domains) => {
                    let before = model.len();
                    model.extend(domains.iter().map(|domain| (*domain, ())));
                    let feed = domains.iter().map(|domain| Ok::<_, ConnectionLost>(name(domain)));
                    like_the_model(list.import(feed), Ok(model.len() - before))?;
                }
                Op::Expire(factor) => {
                    let multiple = |domain: &str| {
                        domain.trim_end_matches(".example").parse::<usize>().is_ok_and(|n| n.is_multiple_of(factor))
                    };
                    let before = model.len();
                    model.retain(|domain, ()| !domain.is_multiple_of(factor));
                    like_the_model(list.expire(multiple), before - model.len())?;
                }
            }
            for domain in 0..9 {
                like_the_model(list.blocks(&name(&domain)), model.contains_key(&domain))?;
            }
            Ok(())
        },
    );
    let list = Blocklist::new();
    let all = || (0..300).map(|n| Ok::<_, ConnectionLost>(format!("{n}.example")));
    assert_eq!(list.import(all()), Ok(300), "300 domains were imported into an empty list");
    assert!((0..300).all(|n| list.blocks(&format!("{n}.example"))), "one of 300 domains is not on the list");
    assert_eq!(list.expire(|_| true), 300, "all 300 domains have expired");
}

#[interleave::test]
fn the_list_works_after_a_panic() {
    let list = list();
    let broken =
        (0..2).map(|n| if n == 0 { Ok::<_, ConnectionLost>("c.example".to_owned()) } else { panic!("bad line") });
    let import = spawn(&list, move |list| list.import(broken));
    assert!(import.join().is_err(), "the feed panicked, and `import` returned");
    let expire = spawn(&list, |list| list.expire(|_| panic!("no name server")));
    assert!(expire.join().is_err(), "`expired` panicked, and `expire` returned");
    let blocked = ["a.example", "b.example", "c.example"].map(|domain| list.blocks(domain));
    assert_eq!(blocked, [true, true, false], "a feed and `expired` panicked; of a, b and c, the list has a and b");
    assert_eq!(list.import(feed(&["c.example"])), Ok(1), "c.example was not on the list");
    assert_eq!(list.expire(|domain| domain == "a.example"), 1, "a.example has expired");
}

#[interleave::test]
fn each_list_has_its_own_domains() {
    let (here, there) = (list(), Blocklist::new());
    assert!(!there.blocks("a.example"), "a.example is on another list, this one is empty");
    assert_eq!(there.import(feed(&["a.example"])), Ok(1), "a.example is on another list, not on this one");
    assert_eq!(there.expire(|_| true), 1, "one domain was on this list");
    assert!(here.blocks("a.example"), "a.example has expired on another list");
    let within = here.expire(|domain| domain == "a.example" && there.import(feed(&["c.example"])) == Ok(1));
    assert_eq!(within, 1, "`expired` imported a domain into another list, and said that a.example has expired");
}
