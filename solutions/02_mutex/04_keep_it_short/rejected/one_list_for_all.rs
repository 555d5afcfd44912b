//! verdict: failing-test each_list_has_its_own_domains
//! Keeps the domains in a `static`, which all lists share.
//!
//! The domains from which a mail server accepts no mail.

use std::collections::BTreeSet;
use std::sync::Mutex;

/// The blocked domains.
#[derive(Default)]
pub struct Blocklist {
    _private: (),
}

static DOMAINS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Blocklist {
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `domain` is on the list. The server asks this for each mail.
    pub fn blocks(&self, domain: &str) -> bool {
        DOMAINS.lock().unwrap().contains(domain)
    }

    /// Reads `feed` and adds its domains, all at one moment. Returns how many were not on the list before. If the feed
    /// returns an error, adds none and returns the error.
    pub fn import<E>(&self, feed: impl Iterator<Item = Result<String, E>>) -> Result<usize, E> {
        let read: Vec<String> = feed.collect::<Result<_, E>>()?;
        let mut domains = DOMAINS.lock().unwrap();
        let before = domains.len();
        domains.extend(read);
        Ok(domains.len() - before)
    }

    /// Asks `expired` once about each domain on the list, and removes those for which it returns `true`. Returns how many
    /// this call has removed.
    pub fn expire(&self, mut expired: impl FnMut(&str) -> bool) -> usize {
        let asked = DOMAINS.lock().unwrap().clone();
        let old: Vec<String> = asked.into_iter().filter(|domain| expired(domain)).collect();
        let mut domains = DOMAINS.lock().unwrap();
        old.iter().filter(|domain| domains.remove(domain.as_str())).count()
    }
}
