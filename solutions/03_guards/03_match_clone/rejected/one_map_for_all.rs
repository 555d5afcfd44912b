//! verdict: failing-test two_services_do_not_wait_for_each_other
//! One `static` map serves all services.
//!
//! Webhooks of a payment service: an event of a payment is posted to the merchant's server.

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

/// What a merchant's server replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Ok,
    /// HTTP status 410: the merchant's server has left this URL.
    Gone,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Accepted,
    Gone,
    /// The merchant has no URL.
    NoUrl,
}

type Post = Box<dyn Fn(&str, &str) -> Reply + Send + Sync>;

static URLS: LazyLock<Mutex<HashMap<u32, String>>> = LazyLock::new(Mutex::default);

/// The URL of each merchant. Each `Webhooks` is independent of the others.
pub struct Webhooks {
    post: Post,
}

impl Webhooks {
    /// No merchant has a URL. `post` gets a URL and an event, and waits for the reply, which may take a minute.
    pub fn new(post: impl Fn(&str, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self { post: Box::new(post) }
    }

    /// Sets the URL of `merchant`. It replaces the one before.
    pub fn register(&self, merchant: u32, url: &str) {
        URLS.lock().insert(merchant, url.to_owned());
    }

    /// The URL of `merchant`.
    pub fn url(&self, merchant: u32) -> Option<String> {
        URLS.lock().get(&merchant).cloned()
    }

    /// Posts `event` once, to the URL of `merchant`. If that URL is gone, this merchant has it no longer, and may register it
    /// again.
    pub fn deliver(&self, merchant: u32, event: &str) -> Delivery {
        let url = URLS.lock().get(&merchant).cloned();
        match url {
            Some(url) => match (self.post)(&url, event) {
                Reply::Ok => Delivery::Accepted,
                Reply::Gone => {
                    self.forget(merchant, &url);
                    Delivery::Gone
                }
            },
            None => Delivery::NoUrl,
        }
    }

    /// Removes `url` from `merchant`, unless the merchant has registered another one by now.
    fn forget(&self, merchant: u32, url: &str) {
        let mut urls = URLS.lock();
        if urls.get(&merchant).is_some_and(|current| current == url) {
            urls.remove(&merchant);
        }
    }
}
