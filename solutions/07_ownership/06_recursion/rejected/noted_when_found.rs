//! verdict: failing-test seen_can_be_read_during_a_visit
//! Notes the links when it finds them. `seen` then names pages that nobody loads yet.
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
        if self.seen.lock().await.insert(page.to_owned()) {
            self.follow(page).await;
        }
    }

    async fn follow(&self, page: &str) {
        let links = self.site.load(page).await;
        let new: Vec<_> = {
            let mut seen = self.seen.lock().await;
            links.into_iter().filter(|link| seen.insert(link.clone())).collect()
        };
        for link in new {
            Box::pin(self.follow(&link)).await;
        }
    }

    /// The pages that have been loaded or are being loaded, sorted. Can be called at any time.
    pub async fn seen(&self) -> Vec<String> {
        self.seen.lock().await.iter().cloned().collect()
    }
}
