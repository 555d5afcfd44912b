//! verdict: failing-test a_thousand_hosts_take_as_long_as_one
//! Puts an async mutex around what is shared and holds it while it asks: each task waits for the one before.
//!
//! Which hosts answer? All are asked at the same time.

use std::sync::Arc;

use tokio::sync::Mutex;

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let shared = Arc::new(Mutex::new((ping, Vec::new())));
    let mut tasks = Vec::new();
    for host in hosts {
        let shared = Arc::clone(&shared);
        tasks.push(tokio::spawn(async move {
            let mut shared = shared.lock().await;
            let (ping, found): &mut (_, Vec<String>) = &mut *shared;
            if ping.ping(&host).await {
                found.push(host);
            }
        }));
    }
    for task in tasks {
        task.await.expect("a ping panicked");
    }
    let mut found = std::mem::take(&mut shared.lock().await.1);
    found.sort();
    found
}
