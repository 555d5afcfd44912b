//! verdict: failing-test a_request_uses_one_list
//! Looks up each server when its turn comes. If the list is replaced meanwhile, it asks servers of both lists.
//!
//! A load balancer: it passes each request on to a server.

use std::sync::Arc;

use parking_lot::Mutex;

/// The servers that answer requests. `S` is the connection to one of them.
pub struct Balancer<S> {
    servers: Mutex<Vec<Arc<S>>>,
}

impl<S> Balancer<S> {
    pub fn new(servers: Vec<S>) -> Self {
        Self { servers: Mutex::new(servers.into_iter().map(Arc::new).collect()) }
    }

    /// Asks one server after the other until one answers, and returns the answer. All of them are from one list, even if
    /// the list is replaced meanwhile.
    pub fn send<A>(&self, mut ask: impl FnMut(&S) -> Option<A>) -> Option<A> {
        for n in 0.. {
            let server = self.servers.lock().get(n).cloned();
            let answer = ask(&*server?);
            if answer.is_some() {
                return answer;
            }
        }
        None
    }

    /// Replaces the list of servers for all requests that begin from now on. A connection of the old list is closed when
    /// no request uses the list any more; closing takes a while and keeps no other caller waiting.
    pub fn replace(&self, servers: Vec<S>) {
        let servers = servers.into_iter().map(Arc::new).collect();
        // The old list is dropped at the end of the function, and the guard at the semicolon.
        let _old = std::mem::replace(&mut *self.servers.lock(), servers);
    }

    /// How many servers are on the list.
    pub fn len(&self) -> usize {
        self.servers.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
