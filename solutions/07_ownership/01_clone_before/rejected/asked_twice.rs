//! verdict: failing-test a_thousand_hosts_take_as_long_as_one
//! Asks a host that answered `false` once more: all of them take twice as long as one.
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
    let mut tasks = tokio::task::JoinSet::new();
    for host in hosts {
        let ping = Arc::clone(&ping);
        tasks.spawn(async move { (ping.ping(&host).await || ping.ping(&host).await).then_some(host) });
    }
    let mut found: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    found.sort();
    found
}
