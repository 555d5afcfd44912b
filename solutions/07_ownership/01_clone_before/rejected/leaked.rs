//! verdict: failing-test the_line_is_closed_when_all_have_answered
//! A value that is never freed may be borrowed forever: it compiles, but each call leaves a line open.
//!
//! Which hosts answer? All are asked at the same time.

use std::sync::Mutex;

/// Asks a host whether it is there. The answer may take a while.
pub trait Ping: Send + Sync + 'static {
    fn ping(&self, host: &str) -> impl Future<Output = bool> + Send;
}

/// Asks all `hosts` at the same time and returns those that answered `true`, sorted.
pub async fn reachable(ping: impl Ping, hosts: Vec<String>) -> Vec<String> {
    let ping = &*Box::leak(Box::new(ping));
    let found = &*Box::leak(Box::new(Mutex::new(Vec::new())));
    let mut tasks = Vec::new();
    for host in hosts {
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
