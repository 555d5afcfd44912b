//! verdict: failing-test two_visits_of_many_links_load_each_page_once
//! Asks under one lock and notes under another. Between them the task may be suspended, even if the lock is free.
//!
//! A link checker: it loads every page of a site that can be reached by links.

use std::collections::BTreeSet;
use std::pin::Pin;

use tokio::sync::Mutex;

/// The pages to which a page links, when it has been loaded.
pub type Links<'a> = Pin<Box<dyn Future<Output = Vec<String>> + 'a>>;

/// A site. Loading a page may take a while.
pub trait Site {
    fn load<'a>(&'a self, page: &'a str) -> Links<'a>;
}

/// A check of one site. It loads no page twice.
pub struct Check {
    site: Box<dyn Site>,
    seen: Mutex<BTreeSet<String>>,
}

impl Check {
    pub fn new(site: impl Site + 'static) -> Self {
        Self { site: Box::new(site), seen: Mutex::default() }
    }

    /// Loads `page` and all pages that can be reached from it, except those that have been loaded or are being loaded.
    pub async fn visit(&self, page: &str) {
        if self.seen.lock().await.contains(page) {
            return;
        }
        self.seen.lock().await.insert(page.to_owned());
        for link in self.site.load(page).await {
            Box::pin(self.visit(&link)).await;
        }
    }

    /// The pages that have been loaded or are being loaded, sorted. Can be called at any time.
    pub async fn seen(&self) -> Vec<String> {
        self.seen.lock().await.iter().cloned().collect()
    }
}
