//! verdict: failing-test every_host_that_answers_is_found
//! Each task returns its host, but the result is not sorted.
//!
//! Which hosts answer? All are asked at the same time.

use std::sync::Arc;

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let ping = Arc::new(ping);
    let mut tasks = Vec::new();
    for host in hosts {
        let ping = Arc::clone(&ping);
        tasks.push(tokio::spawn(async move { ping.ping(&host).await.then_some(host) }));
    }
    let mut found = Vec::new();
    for task in tasks {
        found.extend(task.await.expect("a ping panicked"));
    }
    found
}
