//! verdict: failing-test a_feed_that_fails_adds_nothing
//! Adds the domains that came before the error.
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
        let mut read = Vec::new();
        let mut failed = None;
        for domain in feed {
            match domain {
                Ok(domain) => read.push(domain),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let mut domains = self.domains.lock().unwrap();
        let before = domains.len();
        domains.extend(read);
        match failed {
            Some(error) => Err(error),
            None => Ok(domains.len() - before),
        }
    }

    /// Asks `expired` once about each domain on the list, and removes those for which it returns `true`. Returns how many
    /// this call has removed.
    pub fn expire(&self, mut expired: impl FnMut(&str) -> bool) -> usize {
        let asked = self.domains.lock().unwrap().clone();
        let old: Vec<String> = asked.into_iter().filter(|domain| expired(domain)).collect();
        let mut domains = self.domains.lock().unwrap();
        old.iter().filter(|domain| domains.remove(domain.as_str())).count()
    }
}
