//! Which hosts answer? All are asked at the same time.

use std::sync::Arc;

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let ping = Arc::new(ping);
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    for host in hosts {
        let (ping, sender) = (Arc::clone(&ping), sender.clone());
        tokio::spawn(async move {
            if ping.ping(&host).await {
                let _ = sender.send(host);
            }
        });
    }
    drop(ping);
    drop(sender);
    let mut found = Vec::new();
    while let Some(host) = receiver.recv().await {
        found.push(host);
    }
    found.sort();
    found
}
