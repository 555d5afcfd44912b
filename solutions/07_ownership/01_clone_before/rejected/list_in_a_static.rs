//! verdict: failing-test two_calls_at_once_return_their_own_hosts
//! A `static` needs no owner, and all calls share it: each takes what the other one has found.
//!
//! Which hosts answer? All are asked at the same time.

use std::sync::{Arc, Mutex};

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let ping = Arc::new(ping);
    let mut tasks = Vec::new();
    for host in hosts {
        let ping = Arc::clone(&ping);
        tasks.push(tokio::spawn(async move {
            if ping.ping(&host).await {
                FOUND.lock().unwrap().push(host);
            }
        }));
    }
    for task in tasks {
        task.await.expect("a ping panicked");
    }
    let mut found = std::mem::take(&mut *FOUND.lock().unwrap());
    found.sort();
    found
}
