//! verdict: failing-test a_cancelled_call_leaves_nothing_for_the_next
//! Calls take turns at the list in the `static`, so they do not mix. But the hosts that a cancelled call found stay in it.
//!
//! Which hosts answer? All are asked at the same time.

use std::sync::{Arc, Mutex};

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let ping = Arc::new(ping);
    let _turn = TURN.lock().await;
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
