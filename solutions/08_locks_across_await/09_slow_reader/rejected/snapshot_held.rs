//! verdict: failing-test a_request_keeps_no_backend_but_its_own
//! Holds a snapshot of all routes during the request, and so every backend in it.
//!
//! A gateway: it forwards each request to the backend that its routes name.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::RwLock;

/// A server behind the gateway. An answer may take a while.
pub trait Backend: Send + Sync + 'static {
    fn answer(&self, request: u32) -> impl Future<Output = u32> + Send;
}

/// Which backend answers for which host.
pub struct Gateway<B> {
    routes: RwLock<Arc<HashMap<String, Arc<B>>>>,
}

impl<B: Backend> Gateway<B> {
    /// A gateway without routes.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self { routes: RwLock::default() }
    }

    /// Sends all later requests for `host` to `backend`. At once, whatever requests are under way.
    pub async fn route(&self, host: &str, backend: B) {
        Arc::make_mut(&mut *self.routes.write().await).insert(host.to_owned(), Arc::new(backend));
    }

    /// Removes the route to `host`. Returns whether there was one. At once, whatever requests are under way.
    pub async fn remove(&self, host: &str) -> bool {
        Arc::make_mut(&mut *self.routes.write().await).remove(host).is_some()
    }

    /// The answer of the backend that `host` is routed to now, or `None` if there is no such route.
    pub async fn forward(&self, host: &str, request: u32) -> Option<u32> {
        let routes = Arc::clone(&*self.routes.read().await);
        let backend = routes.get(host)?;
        Some(backend.answer(request).await)
    }
}
