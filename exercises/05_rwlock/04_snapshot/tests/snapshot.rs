// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use interleave::{histories, like_the_model};
use snapshot::Balancer;

/// How long a server takes to answer, and a connection to be closed. Real threads do not wait so long.
const DELAY: Duration = Duration::from_millis(if cfg!(feature = "explore") { 100 } else { 5 });

/// A connection to a server. It cannot be cloned.
struct Server {
    name: &'static str,
    /// Counts the closed connections.
    closed: Arc<AtomicU32>,
    closes_in: Duration,
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.closes_in > Duration::ZERO {
            thread::sleep(self.closes_in);
        }
        self.closed.fetch_add(1, SeqCst);
    }
}

/// A list of servers that count in `closed` how many of them are closed.
fn counted<const N: usize>(names: [&'static str; N], closed: &Arc<AtomicU32>) -> Vec<Server> {
    let server = |name| Server { name, closed: Arc::clone(closed), closes_in: Duration::ZERO };
    names.into_iter().map(server).collect()
}

fn servers<const N: usize>(names: [&'static str; N]) -> Vec<Server> {
    counted(names, &Arc::default())
}

/// A balancer with two servers, a and b.
fn balancer() -> Arc<Balancer<Server>> {
    Arc::new(Balancer::new(servers(["a", "b"])))
}

/// Runs `call` on another thread.
fn spawn<R: Send + 'static>(
    balancer: &Arc<Balancer<Server>>,
    call: impl FnOnce(&Balancer<Server>) -> R + Send + 'static,
) -> JoinHandle<R> {
    let balancer = Arc::clone(balancer);
    thread::spawn(move || call(&balancer))
}

/// The first server answers with its name, after a while.
fn slow(server: &Server) -> Option<&'static str> {
    thread::sleep(DELAY);
    Some(server.name)
}

/// The first server answers with its name, at once.
fn quick(server: &Server) -> Option<&'static str> {
    Some(server.name)
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
fn two_requests_take_as_long_as_one() {
    let balancer = balancer();
    let start = Instant::now();
    let other = spawn(&balancer, |balancer| balancer.send(slow));
    let answers = [balancer.send(slow), other.join().unwrap()];
    assert_eq!(answers, [Some("a"); 2], "left: the answers to two requests, right: the name of the first server");
    took(
        start,
        DELAY,
        "a server answers after 100 ms, and two requests were sent at once (left: how long both took; right: how long \
         one takes)",
    );
}

#[interleave::test]
fn replacing_the_list_does_not_wait_for_a_request() {
    let balancer = balancer();
    let start = Instant::now();
    let other = spawn(&balancer, |balancer| balancer.send(slow));
    thread::sleep(DELAY / 2);
    balancer.replace(servers(["c"]));
    took(
        start,
        DELAY / 2,
        "the list was replaced 50 ms after a request had begun, and had to wait (left: when `replace` returned)",
    );
    assert_eq!(balancer.send(quick), Some("c"), "the list was replaced by one that has only c");
    assert_eq!(balancer.len(), 1, "left: how many servers are on the new list");
    let answer = other.join().unwrap();
    if cfg!(feature = "explore") {
        assert_eq!(answer, Some("a"), "a request had begun with a, and the list was replaced before a answered");
    }
}

#[interleave::test]
fn the_list_is_counted_while_a_request_is_under_way() {
    let balancer = balancer();
    let start = Instant::now();
    let other = spawn(&balancer, |balancer| balancer.send(slow));
    thread::sleep(DELAY / 2);
    assert_eq!((balancer.len(), balancer.is_empty()), (2, false), "left: `len` and `is_empty` of a list of two");
    took(start, DELAY / 2, "the list was counted 50 ms after a request had begun (left: when `len` returned)");
    assert_eq!(other.join().unwrap(), Some("a"), "left: the answer to a request");
}

#[interleave::test]
fn a_request_uses_one_list() {
    let balancer = balancer();
    let other = spawn(&balancer, |balancer| balancer.replace(servers(["c", "d"])));
    let mut asked = Vec::new();
    let answer: Option<()> = balancer.send(|server| {
        asked.push(server.name);
        None
    });
    other.join().unwrap();
    assert_eq!(answer, None, "no server answered");
    assert!(
        asked == ["a", "b"] || asked == ["c", "d"],
        "the list a, b was replaced by c, d while a request was sent, and the request asked {asked:?}"
    );
}

#[interleave::test]
fn the_list_is_counted_at_every_moment() {
    let balancer = balancer();
    let other = spawn(&balancer, |balancer| balancer.replace(servers(["c", "d", "e"])));
    let (len, is_empty) = (balancer.len(), balancer.is_empty());
    other.join().unwrap();
    assert!([2, 3].contains(&len), "a list of two was replaced by a list of three, and `len` returned {len}");
    assert!(!is_empty, "a list of two was replaced by a list of three, and `is_empty` returned true");
    assert_eq!(balancer.len(), 3, "left: how many servers are on the new list");
}

#[interleave::test]
fn servers_are_asked_in_order() {
    let balancer = Balancer::new(servers(["a", "b", "c"]));
    let mut asked = Vec::new();
    let answer = balancer.send(|server| {
        asked.push(server.name);
        (server.name == "b").then_some("from b")
    });
    assert_eq!(answer, Some("from b"), "b answers, the others do not");
    assert_eq!(asked, ["a", "b"], "left: which servers were asked, until b answered");
}

#[interleave::test]
fn old_connections_are_closed() {
    let closed = Arc::new(AtomicU32::new(0));
    let balancer = Arc::new(Balancer::new(counted(["a", "b"], &closed)));
    let other = spawn(&balancer, |balancer| {
        balancer.send(|server| {
            thread::yield_now();
            Some((server.name, server.closed.load(SeqCst)))
        })
    });
    balancer.replace(servers(["c"]));
    let answer = other.join().unwrap();
    assert!(
        [Some(("a", 0)), Some(("c", 0))].contains(&answer),
        "a request was sent while the list a, b was replaced by c; left: which server answered, and how many connections \
         of its list were closed by then: {answer:?}"
    );
    assert_eq!(closed.load(SeqCst), 2, "no request uses the old list of two; left: how many of them are closed");
    let closed = Arc::new(AtomicU32::new(0));
    balancer.replace(counted(["d", "e", "f"], &closed));
    assert_eq!(closed.load(SeqCst), 0, "left: how many connections of the current list are closed");
    balancer.replace(servers(["g"]));
    assert_eq!(
        closed.load(SeqCst),
        3,
        "a list of three was replaced, and no request used it; left: how many are closed"
    );
}

#[interleave::test]
fn closing_old_connections_keeps_nobody_waiting() {
    let sleepy = Server { name: "a", closed: Arc::default(), closes_in: DELAY };
    let balancer = Arc::new(Balancer::new(vec![sleepy]));
    let start = Instant::now();
    let admin = spawn(&balancer, |balancer| balancer.replace(servers(["b"])));
    thread::sleep(DELAY / 2);
    let answer = balancer.send(quick);
    took(
        start,
        DELAY / 2,
        "the list was replaced, and closing the old connection takes 100 ms; a request was sent after 50 ms (left: when \
         it was answered)",
    );
    if cfg!(feature = "explore") {
        assert_eq!(answer, Some("b"), "the list was replaced by one that has only b");
    }
    admin.join().unwrap();
    assert_eq!(balancer.send(quick), Some("b"), "the list was replaced by one that has only b");
}

#[interleave::test]
fn a_request_that_closes_old_connections_keeps_nobody_waiting() {
    let sleepy = Server { name: "a", closed: Arc::default(), closes_in: DELAY };
    let balancer = Arc::new(Balancer::new(vec![sleepy]));
    let start = Instant::now();
    let request = spawn(&balancer, |balancer| balancer.send(slow));
    thread::sleep(DELAY / 2);
    balancer.replace(servers(["b"]));
    thread::sleep(DELAY);
    let answer = balancer.send(quick);
    took(
        start,
        DELAY * 3 / 2,
        "a request was answered after 100 ms, by a list that had been replaced, and closing its connection takes another \
         100 ms; the next request was sent after 150 ms (left: when it was answered)",
    );
    assert_eq!(answer, Some("b"), "the list was replaced by one that has only b");
    request.join().unwrap();
}

#[interleave::test]
fn the_balancer_works_after_a_panic() {
    let closed = Arc::new(AtomicU32::new(0));
    let balancer = Arc::new(Balancer::new(counted(["a", "b"], &closed)));
    let broken = spawn(&balancer, |balancer| balancer.send(|_| -> Option<()> { panic!("bad answer") }));
    assert!(broken.join().is_err(), "`ask` panicked, and `send` returned");
    assert_eq!(balancer.send(quick), Some("a"), "a request was sent after `ask` had panicked in another one");
    balancer.replace(servers(["c"]));
    assert_eq!(balancer.send(quick), Some("c"), "the list was replaced after a panic");
    assert_eq!(closed.load(SeqCst), 2, "left: how many of the two old connections are closed");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn a_list_may_have_any_number_of_servers() {
    histories(
        |draws| (draws.below(2) == 0, draws.below(5)),
        || (Balancer::new(Vec::new()), Vec::new()),
        |(balancer, model), (is_replaced, number)| {
            if is_replaced {
                *model = (0..number).collect();
                balancer.replace(model.clone());
            }
            like_the_model(balancer.len(), model.len())?;
            like_the_model(balancer.is_empty(), model.is_empty())?;
            let larger = |server: &usize| (*server >= number).then_some(*server);
            like_the_model(balancer.send(larger), model.iter().find_map(larger))
        },
    );
    let balancer = Balancer::new((0..300).collect());
    assert_eq!(balancer.len(), 300, "left: the length of a list that was made with 300 servers");
    balancer.replace((0..400).collect());
    assert_eq!(balancer.len(), 400, "left: the length of a list that was replaced by 400 servers");
    let mut asked = 0;
    let answer: Option<()> = balancer.send(|server| {
        assert_eq!(*server, asked, "left: which server was asked next");
        asked += 1;
        None
    });
    assert_eq!((answer, asked), (None, 400), "no server answered; left: the answer, and how many were asked");
}
