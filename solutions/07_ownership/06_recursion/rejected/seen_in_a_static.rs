//! verdict: failing-test two_checks_share_nothing
//! A `static` set is shared by all checks, and a second site finds its pages already seen.
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

static SEEN: Mutex<BTreeSet<String>> = Mutex::const_new(BTreeSet::new());

/// A check of one site. It loads no page twice.
pub struct Check {
    site: Box<dyn Site>,
}

impl Check {
    pub fn new(site: impl Site + 'static) -> Self {
        Self { site: Box::new(site) }
    }

    /// Loads `page` and all pages that can be reached from it, except those that have been loaded or are being loaded.
    pub async fn visit(&self, page: &str) {
        if !SEEN.lock().await.insert(page.to_owned()) {
            return;
        }
        for link in self.site.load(page).await {
            Box::pin(self.visit(&link)).await;
        }
    }

    /// The pages that have been loaded or are being loaded, sorted. Can be called at any time.
    pub async fn seen(&self) -> Vec<String> {
        SEEN.lock().await.iter().cloned().collect()
    }
}
