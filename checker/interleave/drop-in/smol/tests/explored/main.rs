//! Exploring smol's locks and tasks: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

mod executors;
mod futures;
#[path = "../../../mistakes.rs"]
mod mistakes;
mod operations;
#[path = "../../../points.rs"]
mod points;
mod tasks;
mod time;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use mistakes::explore;
use smol::__interleave::block_on;
use smol::lock::{Mutex, RwLock, Semaphore};
use smol::spawn;

#[test]
fn a_semaphore_keeps_its_count() {
    explore(|| async {
        let permits = Arc::new(Semaphore::new(1));
        let inside = Arc::new(AtomicU32::new(0));
        let enter = async |permits: Arc<Semaphore>, inside: Arc<AtomicU32>| {
            let _permit = permits.acquire().await;
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            smol::future::yield_now().await;
            inside.fetch_sub(1, Ordering::SeqCst);
        };
        let (permits2, inside2) = (permits.clone(), inside.clone());
        let other = spawn(async move {
            let _permit = permits2.acquire_arc().await;
            assert_eq!(inside2.fetch_add(1, Ordering::SeqCst), 0);
            smol::future::yield_now().await;
            inside2.fetch_sub(1, Ordering::SeqCst);
        });
        enter(permits, inside).await;
        other.await;
    })
    .expect("nothing is wrong");
}

#[test]
fn a_cancelled_waiter_does_not_block_the_others() {
    explore(|| async {
        let lock = Arc::new(RwLock::new(0));
        let reader = lock.read().await;
        let lock2 = lock.clone();
        let writer = spawn(async move { *lock2.write().await += 1 });
        smol::future::yield_now().await;
        writer.cancel().await;
        // If the writer were still in the queue, this second read would wait forever.
        drop(lock.read().await);
        drop(reader);
    })
    .expect("nothing is wrong");
}
