//! verdict: failing-test old_connections_are_closed
//! Collects old lists, and only `replace` closes them: one that is in use at that moment stays open until the next time.
//!
//! A load balancer: it passes each request on to a server.

use std::sync::Arc;

use parking_lot::Mutex;

/// The servers that answer requests. `S` is the connection to one of them.
pub struct Balancer<S> {
    servers: Mutex<Arc<Vec<S>>>,
    old: Mutex<Vec<Arc<Vec<S>>>>,
}

impl<S> Balancer<S> {
    pub fn new(servers: Vec<S>) -> Self {
        Self { servers: Mutex::new(Arc::new(servers)), old: Mutex::default() }
    }

    /// Asks one server after the other until one answers, and returns the answer. All of them are from one list, even if
    /// the list is replaced meanwhile.
    pub fn send<A>(&self, ask: impl FnMut(&S) -> Option<A>) -> Option<A> {
        let servers = Arc::clone(&self.servers.lock());
        servers.iter().find_map(ask)
    }

    /// Replaces the list of servers for all requests that begin from now on. A connection of the old list is closed when
    /// no request uses the list any more; closing takes a while and keeps no other caller waiting.
    pub fn replace(&self, servers: Vec<S>) {
        // The old list is dropped at the end of the function, and the guard at the semicolon.
        let replaced = std::mem::replace(&mut *self.servers.lock(), Arc::new(servers));
        let mut old = self.old.lock();
        old.push(replaced);
        old.retain(|list| Arc::strong_count(list) > 1);
    }

    /// How many servers are on the list.
    pub fn len(&self) -> usize {
        self.servers.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
