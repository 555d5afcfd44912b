//! verdict: failing-test a_thousand_hosts_take_as_long_as_one
//! A semaphore lets 256 tasks ask at a time, which is enough for most networks.
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
    let places = Arc::new(tokio::sync::Semaphore::new(256));
    let mut tasks = tokio::task::JoinSet::new();
    for host in hosts {
        let (ping, places) = (Arc::clone(&ping), Arc::clone(&places));
        tasks.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            ping.ping(&host).await.then_some(host)
        });
    }
    let mut found: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    found.sort();
    found
}
