//! The domains from which a mail server accepts no mail.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// The blocked domains.
#[derive(Default)]
pub struct Blocklist {
    /// Replaced or changed in place, unless somebody still uses the set that was copied out.
    domains: Mutex<Arc<BTreeSet<String>>>,
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
        let mut read = Vec::new();
        for domain in feed {
            read.push(domain?);
        }
        let mut domains = self.domains.lock().unwrap();
        let domains = Arc::make_mut(&mut domains);
        let before = domains.len();
        domains.extend(read);
        Ok(domains.len() - before)
    }

    /// Asks `expired` once about each domain on the list, and removes those for which it returns `true`. Returns how many
    /// this call has removed.
    pub fn expire(&self, mut expired: impl FnMut(&str) -> bool) -> usize {
        let asked = Arc::clone(&self.domains.lock().unwrap());
        let old: Vec<&String> = asked.iter().filter(|domain| expired(domain)).collect();
        let mut domains = self.domains.lock().unwrap();
        let domains = Arc::make_mut(&mut domains);
        let before = domains.len();
        domains.retain(|domain| !old.contains(&domain));
        before - domains.len()
    }
}
