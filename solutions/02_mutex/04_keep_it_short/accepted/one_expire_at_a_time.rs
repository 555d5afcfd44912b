//! The domains from which a mail server accepts no mail.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// The blocked domains.
#[derive(Default)]
pub struct Blocklist {
    domains: Mutex<BTreeSet<String>>,
    /// Held by the `expire` that runs.
    expiring: Mutex<()>,
}

impl Blocklist {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `domain` is on the list. The server asks this for each mail.
    pub fn blocks(&self, domain: &str) -> bool {
        self.domains.lock().unwrap().contains(domain)
    }

    /// Reads `feed` and adds its domains, all at one moment. Returns how many were not on the list before. If the feed
    /// returns an error, adds none and returns the error.
    pub fn import<E>(&self, feed: impl Iterator<Item = Result<String, E>>) -> Result<usize, E> {
        let read: Vec<String> = feed.collect::<Result<_, E>>()?;
        let mut domains = self.domains.lock().unwrap();
        let before = domains.len();
        domains.extend(read);
        Ok(domains.len() - before)
    }

    /// Asks `expired` once about each domain on the list, and removes those for which it returns `true`. Returns how many
    /// this call has removed.
    pub fn expire(&self, mut expired: impl FnMut(&str) -> bool) -> usize {
        // One at a time, so that two calls do not ask about the same domains.
        let _expiring = self.expiring.lock().unwrap_or_else(|poison| poison.into_inner());
        let asked = self.domains.lock().unwrap().clone();
        let old: BTreeSet<String> = asked.into_iter().filter(|domain| expired(domain)).collect();
        let mut domains = self.domains.lock().unwrap();
        let before = domains.len();
        *domains = domains.difference(&old).cloned().collect();
        before - domains.len()
    }
}
