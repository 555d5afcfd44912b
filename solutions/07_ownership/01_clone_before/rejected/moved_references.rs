//! verdict: compile-error E0597
//! Moves references into the task: the task owns them, but the values are still dropped at the end of `reachable`.
//!
//! Which hosts answer? All are asked at the same time.

use std::sync::{Arc, Mutex};

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let ping = Arc::new(ping);
    let found = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for host in hosts {
        let (ping, found) = (&ping, &found);
        tasks.push(tokio::spawn(async move {
            if ping.ping(&host).await {
                found.lock().unwrap().push(host);
            }
        }));
    }
    for task in tasks {
        task.await.expect("a ping panicked");
    }
    let mut found = std::mem::take(&mut *found.lock().unwrap());
    found.sort();
    found
}
