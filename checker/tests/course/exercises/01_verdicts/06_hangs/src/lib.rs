use std::sync::{Arc, Barrier, Mutex};
use std::thread;

/// Each of two threads takes one lock and then wants the other's.
pub fn embrace() {
    let locks = [Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0))];
    let barrier = Arc::new(Barrier::new(2));
    let threads = [0, 1].map(|i| {
        let (mine, other) = (Arc::clone(&locks[i]), Arc::clone(&locks[1 - i]));
        let barrier = Arc::clone(&barrier);
        thread::spawn(move || {
            let _mine = mine.lock();
            barrier.wait();
            let _other = other.lock();
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}
