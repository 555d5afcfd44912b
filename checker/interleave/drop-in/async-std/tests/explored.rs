//! What exploring finds in async-std's locks and tasks, and what it lets pass.
#![cfg(feature = "explore")]

#[path = "../../mistakes.rs"]
mod mistakes;

use async_std::__interleave::block_on;
use async_std::sync::{Mutex, RwLock};
use async_std::task::spawn;
use mistakes::explore;

#[test]
fn a_dropped_handle_lets_the_task_go_on() {
    explore(|| async {
        let (sender, receiver) = async_std::channel::bounded(1);
        drop(spawn(async move { sender.send(7).await.unwrap() }));
        assert_eq!(receiver.recv().await, Ok(7));
    })
    .expect("nothing is wrong");
}
