//! verdict: failing-test what_is_imported_meanwhile_is_kept
//! Writes back what is left of a copy, without what others have added meanwhile.
//!
//! The domains from which a mail server accepts no mail.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// The blocked domains.
#[derive(Default)]
pub struct Blocklist {
    domains: Mutex<BTreeSet<String>>,
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
        let mut copy = self.domains.lock().unwrap().clone();
        let before = copy.len();
        copy.retain(|domain| !expired(domain));
        let removed = before - copy.len();
        *self.domains.lock().unwrap() = copy;
        removed
    }
}
