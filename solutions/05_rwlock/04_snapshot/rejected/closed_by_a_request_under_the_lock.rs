//! verdict: failing-test a_request_that_closes_old_connections_keeps_nobody_waiting
//! Locks to see whether its list is still the current one, and drops it before the guard.
//!
//! A load balancer: it passes each request on to a server.

use std::sync::Arc;

use parking_lot::Mutex;

/// The servers that answer requests. `S` is the connection to one of them.
pub struct Balancer<S> {
    servers: Mutex<Arc<Vec<S>>>,
}

impl<S> Balancer<S> {
    pub fn new(servers: Vec<S>) -> Self {
        Self { servers: Mutex::new(Arc::new(servers)) }
    }

    /// Asks one server after the other until one answers, and returns the answer. All of them are from one list, even if
    /// the list is replaced meanwhile.
    pub fn send<A>(&self, ask: impl FnMut(&S) -> Option<A>) -> Option<A> {
        let servers = Arc::clone(&self.servers.lock());
        let answer = servers.iter().find_map(ask);
        let current = self.servers.lock();
        if !Arc::ptr_eq(&servers, &current) {
            // This request was one of the last on the old list.
            drop(servers);
        }
        answer
    }

    /// Replaces the list of servers for all requests that begin from now on. A connection of the old list is closed when
    /// no request uses the list any more; closing takes a while and keeps no other caller waiting.
    pub fn replace(&self, servers: Vec<S>) {
        // The old list is dropped at the end of the function, and the guard at the semicolon.
        let _old = std::mem::replace(&mut *self.servers.lock(), Arc::new(servers));
    }

    /// How many servers are on the list.
    pub fn len(&self) -> usize {
        self.servers.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
