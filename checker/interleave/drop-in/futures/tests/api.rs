//! The blocking parts of `futures` behave the same in both modes.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::{mpsc, oneshot};
use futures::executor::{LocalPool, block_on, block_on_stream, enter};
use futures::future::{join, join_all, pending};
use futures::stream::{self, Stream as _};
use futures::task::{LocalSpawnExt, SpawnExt};

#[interleave::test]
fn a_future_and_a_stream_can_be_blocked_on() {
    assert_eq!(block_on(join_all((0..3).map(|n| async move { n }))), [0, 1, 2]);
    let mut numbers = block_on_stream(stream::iter([1, 2, 3]));
    assert_eq!((numbers.size_hint(), numbers.next()), ((3, Some(3)), Some(1)));
    assert_eq!(numbers.into_inner().size_hint().0, 2);
}

#[interleave::test]
fn a_pool_polls_the_tasks_spawned_on_it() {
    let mut pool = LocalPool::new();
    let spawner = pool.spawner();
    let count = Rc::new(Cell::new(0));
    let add = |n| {
        let count = Rc::clone(&count);
        async move { count.set(count.get() + n) }
    };
    spawner.spawn_local(add(1)).unwrap();
    assert!(pool.try_run_one() && !pool.try_run_one());
    assert_eq!(count.get(), 1);
    spawner.spawn_local(add(2)).unwrap();
    spawner.spawn_local(pending()).unwrap();
    pool.run_until_stalled();
    assert_eq!(count.get(), 3);
    let (sender, receiver) = oneshot::channel();
    spawner.spawn(async { sender.send(7).unwrap() }).unwrap();
    assert_eq!(pool.run_until(receiver), Ok(7));
    drop(pool);
    assert!(spawner.spawn_local(add(4)).unwrap_err().is_shutdown());
    let mut pool = LocalPool::new();
    let (mut sender, mut receiver) = mpsc::channel(1);
    pool.spawner().spawn_local(async move { sender.try_send(8).unwrap() }).unwrap();
    pool.run();
    assert_eq!(receiver.try_recv(), Ok(8));
}

#[interleave::test]
fn executors_do_not_nest() {
    let entered = enter().unwrap();
    assert_eq!(enter().unwrap_err().to_string(), "an execution scope has already been entered");
    drop(entered);
    assert!(block_on(async { enter().is_err() }));
    assert_eq!(block_on(join(async { 1 }, async { 2 })), (1, 2));
}
