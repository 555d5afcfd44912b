//! verdict: failing-test no_answer_is_lost_when_several_come_at_once
//! Does not wait for the list. If two answers come at the same moment, one of them is lost.
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
        let ping = Arc::clone(&ping);
        let found = Arc::clone(&found);
        tasks.push(tokio::spawn(async move {
            if ping.ping(&host).await
                && let Ok(mut found) = found.try_lock()
            {
                found.push(host);
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
