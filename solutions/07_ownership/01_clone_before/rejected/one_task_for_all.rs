//! verdict: failing-test a_thousand_hosts_take_as_long_as_one
//! Moves everything into one task, so nothing has to be cloned. But that task asks one host after the other.
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
    let results = Arc::clone(&found);
    let task = tokio::spawn(async move {
        for host in hosts {
            if ping.ping(&host).await {
                results.lock().unwrap().push(host);
            }
        }
    });
    task.await.expect("a ping panicked");
    let mut found = std::mem::take(&mut *found.lock().unwrap());
    found.sort();
    found
}
