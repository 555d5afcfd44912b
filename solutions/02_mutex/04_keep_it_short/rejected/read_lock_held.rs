//! verdict: failing-test an_import_does_not_wait_while_domains_are_expired
//! With an `RwLock`, mails no longer wait for `expire`, and imports still do.
//!
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
        let read: Vec<String> = feed.collect::<Result<_, E>>()?;
        let mut domains = self.domains.write().unwrap();
        let before = domains.len();
        domains.extend(read);
        Ok(domains.len() - before)
    }

    /// Asks `expired` once about each domain on the list, and removes those for which it returns `true`. Returns how many
    /// this call has removed.
    pub fn expire(&self, mut expired: impl FnMut(&str) -> bool) -> usize {
        let old: Vec<String> = {
            let domains = self.domains.read().unwrap();
            domains.iter().filter(|domain| expired(domain)).cloned().collect()
        };
        let mut domains = self.domains.write().unwrap();
        old.iter().filter(|domain| domains.remove(domain.as_str())).count()
    }
}
