//! verdict: failing-test the_balancer_works_after_a_panic
//! Marks the list as in use, and a panic leaves the mark: `replace` does nothing from then on.
//!
//! A load balancer: it passes each request on to a server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use parking_lot::Mutex;

/// The servers that answer requests. `S` is the connection to one of them.
pub struct Balancer<S> {
    servers: Mutex<Arc<Vec<S>>>,
    broken: AtomicBool,
}

impl<S> Balancer<S> {
    pub fn new(servers: Vec<S>) -> Self {
        Self { servers: Mutex::new(Arc::new(servers)), broken: AtomicBool::new(false) }
    }

    /// Asks one server after the other until one answers, and returns the answer. All of them are from one list, even if
    /// the list is replaced meanwhile.
    pub fn send<A>(&self, ask: impl FnMut(&S) -> Option<A>) -> Option<A> {
        let servers = Arc::clone(&self.servers.lock());
        let broken = self.broken.swap(true, SeqCst);
        let answer = servers.iter().find_map(ask);
        self.broken.store(broken, SeqCst);
        answer
    }

    /// Replaces the list of servers for all requests that begin from now on. A connection of the old list is closed when
    /// no request uses the list any more; closing takes a while and keeps no other caller waiting.
    pub fn replace(&self, servers: Vec<S>) {
        let mut current = self.servers.lock();
        if self.broken.load(SeqCst) && Arc::strong_count(&current) == 1 {
            return;
        }
        let old = std::mem::replace(&mut *current, Arc::new(servers));
        drop(current);
        drop(old);
    }

    /// How many servers are on the list.
    pub fn len(&self) -> usize {
        self.servers.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
