use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use async_std::task;
use interleave::{Cancelled, CountingWaker, HighWater, Inside, cancel_at_every_await};
use pool::{Manager, Pool, Pooled, Status};

/// The number of the connection that could not be opened.
#[derive(Debug, PartialEq, Eq)]
struct Failed(usize);

/// A database. It numbers its connections: 1, 2, 3, …
struct Database {
    attempts: AtomicUsize,
    /// Connections that are open or being opened.
    open: &'static HighWater,
    /// Decides whether a connection can be opened. It may panic.
    outcome: fn(usize) -> Result<(), Failed>,
    /// Looked at whenever the database is used.
    pool: OnceLock<Weak<Pool<Database>>>,
}

struct Connection {
    number: usize,
    is_broken: Arc<AtomicBool>,
    pool: Option<Weak<Pool<Database>>>,
    _open: Inside<'static>,
}

impl Connection {
    /// What makes the database close its side of the connection.
    fn breaker(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_broken)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        look(self.pool.as_ref());
    }
}

/// Uses the pool, as a log or a metric might do.
fn look(pool: Option<&Weak<Pool<Database>>>) {
    if let Some(pool) = pool.and_then(Weak::upgrade) {
        pool.status();
    }
}

impl Manager for Database {
    type Connection = Connection;
    type Error = Failed;

    async fn connect(&self) -> Result<Connection, Failed> {
        look(self.pool.get());
        let _open = self.open.enter();
        let number = self.attempts.fetch_add(1, SeqCst) + 1;
        interleave::yield_now().await;
        (self.outcome)(number)?;
        Ok(Connection { number, is_broken: Arc::default(), pool: self.pool.get().cloned(), _open })
    }

    fn is_broken(&self, connection: &Connection) -> bool {
        look(self.pool.get());
        connection.is_broken.load(SeqCst)
    }
}

/// A pool whose connections can be opened if `outcome` says so.
fn pool_with(size: usize, outcome: fn(usize) -> Result<(), Failed>) -> Arc<Pool<Database>> {
    let open = Box::leak(Box::new(HighWater::new()));
    let database = Database { attempts: AtomicUsize::new(0), open, outcome, pool: OnceLock::new() };
    Arc::new(Pool::new(database, size))
}

fn pool(size: usize) -> Arc<Pool<Database>> {
    pool_with(size, |_| Ok(()))
}

/// How many connections are open or being opened.
fn open(pool: &Pool<Database>) -> usize {
    pool.manager().open.inside()
}

/// Polls without a runtime until the connection is there.
#[track_caller]
fn get(pool: &Pool<Database>) -> Pooled<Database> {
    gets(pin!(pool.get()))
}

/// Polls a call that does not have to wait for others: it may have to open a connection, which takes two polls.
#[track_caller]
fn gets(mut getting: Pin<&mut impl Future<Output = Result<Pooled<Database>, Failed>>>) -> Pooled<Database> {
    match result(getting.as_mut()) {
        Some(result) => result.expect("the connection can be opened"),
        None => panic!("there is a connection for this caller, and it does not get one"),
    }
}

fn result<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    (0..5).find_map(|_| match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn waits<F: Future>(counter: &CountingWaker, future: Pin<&mut F>) -> bool {
    counter.poll(future).is_pending()
}

fn status(free: usize, idle: usize, waiting: usize) -> Status {
    Status { free, idle, waiting }
}

// Bounded

#[interleave::test]
fn a_connection_that_was_given_back_is_used_again() {
    let pool = pool(3);
    assert_eq!(pool.status(), status(3, 0, 0), "nobody has used the pool yet; left: its status");
    for _ in 0..3 {
        assert_eq!(get(&pool).number, 1, "the first connection was given back, and another one was opened");
    }
    let (first, second) = (get(&pool), get(&pool));
    assert_eq!((first.number, second.number), (1, 2), "one connection was idle when two callers came");
    assert_eq!(pool.status(), status(1, 0, 0), "two of three connections are in use; left: the status");
    drop((first, second));
    assert_eq!(pool.status(), status(3, 2, 0), "both were given back; left: the status");
    assert_eq!(open(&pool), 2, "both were given back; left: how many connections are open");
}

#[interleave::test]
fn there_are_never_more_connections_than_the_size_of_the_pool() {
    let pool = pool(2);
    let (first, _second) = (get(&pool), get(&pool));
    let (counter, mut third) = (CountingWaker::new(), pin!(pool.get()));
    for _ in 0..5 {
        assert!(waits(&counter, third.as_mut()), "both connections are in use, and a third caller got one");
    }
    assert_eq!(counter.wakes(), 0, "both connections are in use; left: how often a third caller was woken");
    assert_eq!(pool.status(), status(0, 0, 1), "both connections are in use, and one caller waits; left: the status");
    drop(first);
    assert_eq!(counter.wakes(), 1, "a connection was given back; left: how often the caller that waits was woken");
    assert_eq!(gets(third).number, 1, "the first connection was given back; left: the number of the one that is used");
    assert_eq!(pool.manager().open.highest(), 2, "left: how many connections were open at once");
}

#[interleave::test]
fn connections_are_opened_at_the_same_time() {
    let (pool, counter) = (pool(2), CountingWaker::new());
    let (mut first, mut second, mut third) = (pin!(pool.get()), pin!(pool.get()), pin!(pool.get()));
    assert!(
        waits(&counter, first.as_mut()) && waits(&counter, second.as_mut()),
        "opening a connection takes two polls"
    );
    assert_eq!(open(&pool), 2, "two callers came; left: how many connections are being opened");
    assert!(waits(&counter, third.as_mut()), "two connections are being opened, and the pool has no more");
    assert_eq!(
        pool.status(),
        status(0, 0, 1),
        "two connections are being opened, and one caller waits; left: the status"
    );
    let (_first, second) = (gets(first), gets(second));
    drop(second);
    assert_eq!(gets(third).number, 2, "the second connection was given back; left: the number of the one that is used");
}

#[interleave::test(runtime = "async-std")]
async fn two_tasks_take_turns_with_one_connection() {
    let (pool, users) = (pool(1), Arc::new(HighWater::new()));
    let uses = |pool: &Arc<Pool<Database>>| {
        let (pool, users) = (Arc::clone(pool), Arc::clone(&users));
        async move {
            let connection = pool.get().await.expect("the connection can be opened");
            let _uses = users.enter();
            connection.number
        }
    };
    let other = task::spawn(uses(&pool));
    let numbers = (uses(&pool).await, other.await);
    assert_eq!(numbers, (1, 1), "two tasks used the pool; left: the numbers of their connections");
    assert_eq!(users.highest(), 1, "left: how many tasks used the only connection at once");
    assert_eq!(pool.status(), status(1, 1, 0), "both tasks have ended; left: the status");
}

// Fair

#[interleave::test]
fn callers_are_served_in_the_order_of_arrival() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new(), CountingWaker::new()]);
    let wakes = || [counters[0].wakes(), counters[1].wakes(), counters[2].wakes()];
    let connection = get(&pool);
    // The first poll counts, not the call.
    let [mut c, mut a, mut b] = [pool.get(), pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], a.as_mut()), "the connection is in use");
    assert!(waits(&counters[1], b.as_mut()), "the connection is in use");
    assert!(waits(&counters[2], c.as_mut()), "the connection is in use");
    drop(connection);
    assert_eq!(wakes(), [1, 0, 0], "the connection was given back; left: how often each of three callers was woken");
    assert!(waits(&counters[2], c.as_mut()), "the third caller was polled first, and overtook two others");
    assert!(waits(&counters[1], b.as_mut()), "the second caller was polled first, and overtook another one");
    drop(gets(a.as_mut()));
    assert_eq!(wakes(), [1, 1, 0], "the connection was given back twice; left: how often each caller was woken");
    drop(gets(b.as_mut()));
    drop(gets(c.as_mut()));
    assert_eq!(pool.status(), status(1, 1, 0), "all callers were served; left: the status");
}

#[interleave::test]
fn two_connections_that_are_given_back_wake_two_callers() {
    let (pool, counters) = (pool(2), [CountingWaker::new(), CountingWaker::new()]);
    let connections = (get(&pool), get(&pool));
    let [mut a, mut b] = [pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], a.as_mut()), "both connections are in use");
    assert!(waits(&counters[1], b.as_mut()), "both connections are in use");
    drop(connections);
    let _a = gets(a.as_mut());
    assert_eq!(
        counters[1].wakes(),
        1,
        "both connections were given back, and the first caller got one; left: how often the second was woken"
    );
    drop(gets(b.as_mut()));
    assert_eq!(pool.status(), status(1, 1, 0), "one of two connections is in use; left: the status");
}

#[interleave::test]
fn a_caller_is_woken_by_its_latest_waker() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new()]);
    let connection = get(&pool);
    let mut moves = pin!(pool.get());
    assert!(waits(&counters[0], moves.as_mut()), "the connection is in use");
    assert!(waits(&counters[1], moves.as_mut()), "the connection is in use");
    assert_eq!(counters[0].kept(), 0, "the caller was polled by another task; left: wakers of the first one");
    drop(connection);
    let wakes = (counters[0].wakes(), counters[1].wakes());
    assert_eq!(wakes, (0, 1), "one task polled the caller, and then another one; left: how often each was woken");
    drop(gets(moves));
}

#[interleave::test]
fn a_woken_caller_is_not_overtaken() {
    let (pool, counter) = (pool(1), CountingWaker::new());
    let connection = get(&pool);
    let mut woken = pin!(pool.get());
    assert!(waits(&counter, woken.as_mut()), "the connection is in use");
    drop(connection);
    let mut late = pin!(pool.get());
    assert!(
        waits(&counter, late.as_mut()),
        "a caller came late, and got the connection that another one was woken for"
    );
    assert_eq!(pool.status(), status(0, 0, 1), "the connection is on its way, and one caller waits; left: the status");
    drop(gets(woken));
    drop(gets(late));
}

#[interleave::test]
fn nobody_overtakes_on_another_thread() {
    let (pool, counter) = (pool(1), CountingWaker::new());
    let connection = get(&pool);
    let mut waiting = pin!(pool.get());
    assert!(waits(&counter, waiting.as_mut()), "the connection is in use");
    thread::scope(|scope| {
        scope.spawn(|| drop(connection));
        let mut late = pin!(pool.get());
        assert!(waits(&counter, late.as_mut()), "a caller came late, and got a connection that another one waits for");
    });
    drop(gets(waiting));
}

// Cancel-safe

#[interleave::test]
fn a_caller_that_leaves_is_not_served() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new()]);
    let connection = get(&pool);
    let [mut leaves, mut stays] = [pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], leaves.as_mut()), "the connection is in use");
    assert!(waits(&counters[1], stays.as_mut()), "the connection is in use");
    drop(leaves);
    assert_eq!(pool.status(), status(0, 0, 1), "one of two callers that waited has left; left: the status");
    assert_eq!(counters[0].kept(), 0, "a caller has left; left: how many of its wakers are kept");
    drop(connection);
    assert_eq!(
        counters[1].wakes(),
        1,
        "the connection was given back; left: how often the caller that stayed was woken"
    );
    drop(gets(stays.as_mut()));
}

#[interleave::test]
fn a_caller_that_leaves_when_it_was_served_passes_the_connection_on() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new()]);
    let connection = get(&pool);
    let [mut leaves, mut stays] = [pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], leaves.as_mut()), "the connection is in use");
    assert!(waits(&counters[1], stays.as_mut()), "the connection is in use");
    drop(connection);
    drop(leaves);
    assert_eq!(counters[1].wakes(), 1, "the first caller was woken and has left; left: how often the second was woken");
    assert_eq!(gets(stays.as_mut()).number, 1, "the connection went from caller to caller; left: its number");
    assert_eq!(pool.status(), status(1, 1, 0), "nobody uses the pool any more; left: its status");
}

#[interleave::test]
fn a_caller_that_leaves_when_two_were_served_passes_its_connection_on() {
    let (pool, counters) = (pool(2), [CountingWaker::new(), CountingWaker::new(), CountingWaker::new()]);
    let connections = (get(&pool), get(&pool));
    let [mut first, mut leaves, mut stays] = [pool.get(), pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], first.as_mut()), "both connections are in use");
    assert!(waits(&counters[1], leaves.as_mut()), "both connections are in use");
    assert!(waits(&counters[2], stays.as_mut()), "both connections are in use");
    drop(connections);
    drop(leaves);
    let _first = gets(first.as_mut());
    assert_eq!(
        counters[2].wakes(),
        1,
        "two of three callers were served, and the second one has left; left: how often the third was woken"
    );
    drop(gets(stays.as_mut()));
    assert_eq!(pool.status(), status(1, 1, 0), "one of two connections is in use; left: the status");
}

#[interleave::test]
fn a_caller_that_leaves_at_any_moment_stops_no_other() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new()]);
    let connection = get(&pool);
    let [mut leaves, mut stays] = [pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], leaves.as_mut()), "the connection is in use");
    assert!(waits(&counters[1], stays.as_mut()), "the connection is in use");
    thread::scope(|scope| {
        scope.spawn(|| drop(connection));
        drop(leaves);
    });
    assert_eq!(
        counters[1].wakes(),
        1,
        "a connection was given back while the first of two callers left; left: how often the second was woken"
    );
    drop(gets(stays.as_mut()));
    assert_eq!(pool.status(), status(1, 1, 0), "nobody uses the pool any more; left: its status");
}

#[interleave::test]
fn wherever_it_is_cancelled_nothing_is_lost() {
    cancel_at_every_await(
        || pool(1),
        async |pool: &Arc<Pool<Database>>| {
            let connection = pool.get().await.expect("the connection can be opened");
            interleave::yield_now().await;
            assert_eq!(connection.number, 1, "left: the number of the first connection");
        },
        |pool, cancelled| {
            let now = pool.status();
            assert_eq!(
                (now.free, now.waiting),
                (1, 0),
                "{cancelled}: left: how many places are free, and callers wait"
            );
            assert_eq!(now.idle, open(pool), "{cancelled}: left: connections that are idle; right: that are open");
            if cancelled == Cancelled::Never {
                assert_eq!(now.idle, 1, "{cancelled}: left: how many connections are idle");
            }
            drop(get(pool));
        },
    );
}

#[interleave::test]
fn a_caller_that_leaves_while_its_connection_is_opened_makes_room() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new()]);
    let [mut leaves, mut stays] = [pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], leaves.as_mut()), "opening a connection takes two polls");
    assert!(waits(&counters[1], stays.as_mut()), "a connection is being opened, and the pool has no more");
    drop(leaves);
    assert_eq!(counters[1].wakes(), 1, "a caller has left, and there is room; left: how often the other one was woken");
    assert_eq!(gets(stays.as_mut()).number, 2, "the first connection was never opened");
    assert_eq!(pool.manager().open.highest(), 1, "left: how many connections were open or being opened at once");
}

// No leak

#[interleave::test]
fn a_connection_that_broke_in_use_is_replaced() {
    let (pool, counter) = (pool(1), CountingWaker::new());
    let connection = get(&pool);
    let mut waiting = pin!(pool.get());
    assert!(waits(&counter, waiting.as_mut()), "the connection is in use");
    connection.breaker().store(true, SeqCst);
    drop(connection);
    assert_eq!(counter.wakes(), 1, "connection 1 was given back, broken; left: how often the next caller was woken");
    assert_eq!(
        gets(waiting).number,
        2,
        "connection 1 broke before it was given back; left: the one that was handed out"
    );
    assert_eq!(pool.manager().open.highest(), 1, "left: how many connections were open or being opened at once");
}

#[interleave::test]
fn a_connection_that_broke_while_it_was_idle_is_replaced() {
    let pool = pool(1);
    let breaker = get(&pool).breaker();
    assert_eq!(get(&pool).number, 1, "the connection was given back in good order");
    breaker.store(true, SeqCst);
    assert_eq!(get(&pool).number, 2, "connection 1 broke while nobody used it; left: the one that was handed out");
    assert_eq!(pool.manager().open.highest(), 1, "left: how many connections were open or being opened at once");
    assert_eq!(pool.status(), status(1, 1, 0), "connection 2 is in good order; left: the status");
}

#[interleave::test]
fn a_connection_that_broke_on_its_way_to_a_caller_is_replaced() {
    let (pool, counters) = (pool(1), [CountingWaker::new(), CountingWaker::new()]);
    let connection = get(&pool);
    let [mut first, mut second] = [pool.get(), pool.get()].map(Box::pin);
    assert!(waits(&counters[0], first.as_mut()), "the connection is in use");
    assert!(waits(&counters[1], second.as_mut()), "the connection is in use");
    let breaker = connection.breaker();
    drop(connection);
    breaker.store(true, SeqCst);
    // Still the first one's turn, although opening another connection takes two polls.
    assert!(waits(&counters[0], first.as_mut()), "connection 1 broke after the first caller was woken for it");
    assert!(waits(&counters[1], second.as_mut()), "it is the first caller's turn, which opens another connection");
    assert_eq!(gets(first.as_mut()).number, 2, "connection 1 broke on its way; left: the one that was handed out");
    assert_eq!(gets(second.as_mut()).number, 2, "connection 2 is in good order; left: the one that was handed out");
    assert_eq!(pool.manager().open.highest(), 1, "left: how many connections were open or being opened at once");
}

#[interleave::test]
fn a_connection_that_cannot_be_opened_leaves_room_for_another() {
    let pool = pool_with(1, |number| if number == 1 { Err(Failed(number)) } else { Ok(()) });
    let (opener, counter) = (CountingWaker::new(), CountingWaker::new());
    let (mut fails, mut waiting) = (pin!(pool.get()), pin!(pool.get()));
    assert!(waits(&opener, fails.as_mut()), "opening a connection takes two polls");
    assert!(waits(&counter, waiting.as_mut()), "a connection is being opened, and the pool has no more");
    let failed = result(fails.as_mut()).expect("the database has answered");
    assert_eq!(failed.map(|connection| connection.number), Err(Failed(1)), "the database refused; left: the result");
    assert_eq!(counter.wakes(), 1, "the database refused a connection; left: how often the next caller was woken");
    assert_eq!(gets(waiting).number, 2, "the database refused one connection, and opened the next one");
    assert_eq!(pool.status(), status(1, 1, 0), "nobody uses the pool any more; left: its status");
}

#[interleave::test]
fn a_panic_while_a_connection_is_opened_leaves_room_for_another() {
    let pool = pool_with(1, |number| {
        assert_ne!(number, 1, "the answer makes no sense");
        Ok(())
    });
    let (opener, counter) = (CountingWaker::new(), CountingWaker::new());
    let (mut panics, mut waiting) = (Box::pin(pool.get()), pin!(pool.get()));
    assert!(waits(&opener, panics.as_mut()), "opening a connection takes two polls");
    assert!(waits(&counter, waiting.as_mut()), "a connection is being opened, and the pool has no more");
    let opened = panic::catch_unwind(AssertUnwindSafe(|| gets(panics.as_mut()).number));
    assert!(opened.is_err(), "opening panicked, and `get` returned a connection: {opened:?}");
    assert_eq!(counter.wakes(), 1, "opening a connection panicked; left: how often the next caller was woken");
    assert_eq!(gets(waiting).number, 2, "opening the first connection panicked, and opening the second one did not");
    assert_eq!(pool.status(), status(1, 1, 0), "nobody uses the pool any more; left: its status");
}

#[interleave::test]
fn a_connection_whose_user_panicked_is_closed() {
    let (pool, counter) = (pool(1), CountingWaker::new());
    let mut waiting = pin!(pool.get());
    let used = panic::catch_unwind(AssertUnwindSafe(|| {
        let connection = get(&pool);
        assert!(waits(&counter, waiting.as_mut()), "the connection is in use");
        assert_ne!(connection.number, 1, "the user of the connection panics, in the middle of something");
    }));
    assert!(used.is_err(), "the user of the connection panicked");
    assert_eq!(open(&pool), 0, "the user of the only connection panicked; left: how many connections are open");
    assert_eq!(counter.wakes(), 1, "the user of the only connection panicked; left: how often the next one was woken");
    assert_eq!(gets(waiting).number, 2, "connection 1 may be in the middle of something; left: the next connection");
}

#[interleave::test]
fn a_connection_is_closed_before_another_one_is_opened() {
    let (pool, counter) = (pool(1), CountingWaker::new());
    // Closing a connection uses the pool, so it takes a moment.
    pool.manager().pool.set(Arc::downgrade(&pool)).expect("it is set once");
    let connection = get(&pool);
    let mut waiting = pin!(pool.get());
    assert!(waits(&counter, waiting.as_mut()), "the connection is in use");
    connection.breaker().store(true, SeqCst);
    let early = thread::scope(|scope| {
        scope.spawn(|| drop(connection));
        counter.poll(waiting.as_mut()).is_ready()
    });
    assert!(!early, "opening a connection takes two polls");
    assert_eq!(gets(waiting).number, 2, "connection 1 broke before it was given back; left: the next one");
    assert_eq!(pool.manager().open.highest(), 1, "left: how many connections were open or being opened at once");
}

#[interleave::test]
fn a_connection_may_outlive_its_pool() {
    let pool = pool(2);
    let (idle, used) = (get(&pool), get(&pool));
    let open = pool.manager().open;
    drop(idle);
    drop(pool);
    assert_eq!(used.number, 2, "the pool was dropped, and this connection is in use");
    drop(used);
    assert_eq!(open.inside(), 0, "the pool and its connections were dropped; left: how many are open");
}

#[interleave::test]
fn the_status_is_of_one_moment() {
    let pool = pool(1);
    let connection = get(&pool);
    thread::scope(|scope| {
        scope.spawn(|| drop(connection));
        let seen = pool.status();
        assert!(
            seen == status(0, 0, 0) || seen == status(1, 1, 0),
            "the only connection was given back meanwhile, and at no moment was this the status: {seen:?}"
        );
    });
}

#[interleave::test]
fn the_status_is_of_one_moment_when_callers_come() {
    let (pool, counter) = (pool(1), CountingWaker::new());
    drop(get(&pool));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _connection = get(&pool);
            assert!(waits(&counter, pin!(pool.get())), "the connection is in use");
        });
        let seen = pool.status();
        assert!(
            seen == status(1, 1, 0) || seen == status(0, 0, 0) || seen == status(0, 0, 1),
            "a caller got the only connection, then another one waited; at no moment was this the status: {seen:?}"
        );
    });
}

#[interleave::test]
fn a_user_may_change_its_connection() {
    let pool = pool(1);
    get(&pool).number = 7;
    assert_eq!(get(&pool).number, 7, "a user has changed the only connection; left: what the next one sees");
}

// The pool and foreign code

/// Uses the pool when it is woken. Real wakers may poll a task then.
struct Looks(Weak<Pool<Database>>, AtomicUsize);

impl Wake for Looks {
    fn wake(self: Arc<Self>) {
        look(Some(&self.0));
        self.1.fetch_add(1, SeqCst);
    }
}

#[interleave::test]
fn a_waker_may_use_the_pool() {
    let pool = pool(1);
    let looks = Arc::new(Looks(Arc::downgrade(&pool), AtomicUsize::new(0)));
    let connection = get(&pool);
    let [mut leaves, mut stays] = [pool.get(), pool.get()].map(Box::pin);
    for getting in [&mut leaves, &mut stays] {
        let polled = getting.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&looks))));
        assert!(polled.is_pending(), "the connection is in use");
    }
    drop(connection);
    assert_eq!(looks.1.load(SeqCst), 1, "the connection was given back; left: how often the callers were woken");
    drop(leaves);
    assert_eq!(looks.1.load(SeqCst), 2, "the first caller has left; left: how often the callers were woken");
    drop(gets(stays.as_mut()));
}

/// Uses the pool when the last waker of its task is dropped. Real wakers may drop a task then, with all that it owns.
struct LooksAtTheEnd(Weak<Pool<Database>>);

impl Wake for LooksAtTheEnd {
    fn wake(self: Arc<Self>) {}
}

impl Drop for LooksAtTheEnd {
    fn drop(&mut self) {
        look(Some(&self.0));
    }
}

#[interleave::test]
fn a_waker_that_is_dropped_may_use_the_pool() {
    let pool = pool(1);
    let _connection = get(&pool);
    let mut leaves = Box::pin(pool.get());
    for _ in 0..3 {
        // The second and the third poll replace a waker, which nobody else has.
        let waker = Waker::from(Arc::new(LooksAtTheEnd(Arc::downgrade(&pool))));
        assert!(leaves.as_mut().poll(&mut Context::from_waker(&waker)).is_pending(), "the connection is in use");
    }
    drop(leaves);
    assert_eq!(pool.status(), status(0, 0, 0), "the only caller that waited has left; left: the status");
}

#[interleave::test]
fn the_database_may_use_the_pool() {
    let pool = pool(1);
    pool.manager().pool.set(Arc::downgrade(&pool)).expect("it is set once");
    let breaker = get(&pool).breaker();
    breaker.store(true, SeqCst);
    // Asks whether the idle one is broken, closes it, and opens another one.
    let connection = get(&pool);
    assert_eq!(connection.number, 2, "connection 1 broke while nobody used it");
    connection.breaker().store(true, SeqCst);
    drop(connection);
    assert_eq!(get(&pool).number, 3, "connection 2 broke before it was given back");
    let used = panic::catch_unwind(AssertUnwindSafe(|| {
        let connection = get(&pool);
        assert_ne!(connection.number, 3, "the user of the connection panics");
    }));
    assert!(used.is_err(), "the user of connection 3 panicked");
    assert_eq!(open(&pool), 0, "the user of the only connection panicked; left: how many connections are open");
}
