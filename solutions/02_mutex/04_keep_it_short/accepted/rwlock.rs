//! The domains from which a mail server accepts no mail.

use std::collections::BTreeSet;
use std::sync::RwLock;

/// The blocked domains.
#[derive(Default)]
pub struct Blocklist {
    domains: RwLock<BTreeSet<String>>,
}

impl Blocklist {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `domain` is on the list. The server asks this for each mail.
    pub fn blocks(&self, domain: &str) -> bool {
        self.domains.read().unwrap().contains(domain)
    }

    /// Reads `feed` and adds its domains, all at one moment. Returns how many were not on the list before. If the feed
    /// returns an error, adds none and returns the error.
    pub fn import<E>(&self, feed: impl Iterator<Item = Result<String, E>>) -> Result<usize, E> {
        let read = feed.collect::<Result<BTreeSet<_>, E>>()?;
        let mut domains = self.domains.write().unwrap();
        Ok(read.into_iter().filter(|domain| domains.insert(domain.clone())).count())
    }

    /// Asks `expired` once about each domain on the list, and removes those for which it returns `true`. Returns how many
    /// this call has removed.
    pub fn expire(&self, mut expired: impl FnMut(&str) -> bool) -> usize {
        let asked: Vec<String> = self.domains.read().unwrap().iter().cloned().collect();
        let mut removed = 0;
        for domain in asked {
            if expired(&domain) && self.domains.write().unwrap().remove(&domain) {
                removed += 1;
            }
        }
        removed
    }
}
