//! verdict: failing-test a_thousand_hosts_take_as_long_as_one
//! A semaphore lets ten tasks ask at a time. The eleventh host has to wait for an answer of another one.
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
    let permits = Arc::new(tokio::sync::Semaphore::new(10));
    let mut tasks = Vec::new();
    for host in hosts {
        let ping = Arc::clone(&ping);
        let found = Arc::clone(&found);
        let permits = Arc::clone(&permits);
        tasks.push(tokio::spawn(async move {
            let _permit = permits.acquire().await.expect("it is never closed");
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
