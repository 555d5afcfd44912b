//! A gateway: it forwards each request to the backend that its routes name.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch::Sender;

/// A server behind the gateway. An answer may take a while.
pub trait Backend: Send + Sync + 'static {
    fn answer(&self, request: u32) -> impl Future<Output = u32> + Send;
}

/// Which backend answers for which host.
pub struct Gateway<B> {
    routes: Sender<HashMap<String, Arc<B>>>,
}

impl<B: Backend> Gateway<B> {
    /// A gateway without routes.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { routes: Sender::new(HashMap::new()) }
    }

    /// Sends all later requests for `host` to `backend`. At once, whatever requests are under way.
    pub async fn route(&self, host: &str, backend: B) {
        self.routes.send_modify(|routes| {
            routes.insert(host.to_owned(), Arc::new(backend));
        });
    }

    /// Removes the route to `host`. Returns whether there was one. At once, whatever requests are under way.
    pub async fn remove(&self, host: &str) -> bool {
        self.routes.send_if_modified(|routes| routes.remove(host).is_some())
    }

    /// The answer of the backend that `host` is routed to now, or `None` if there is no such route.
    pub async fn forward(&self, host: &str, request: u32) -> Option<u32> {
        let backend = self.routes.borrow().get(host).cloned()?;
        Some(backend.answer(request).await)
    }
}
