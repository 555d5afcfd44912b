//! Reports from a database, over a pool of connections.

use smol::lock::{Mutex as AsyncMutex, MutexGuard as AsyncMutexGuard, Semaphore, SemaphoreGuard};

/// What an order costs, in its own currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    pub amount: u64,
    pub currency: u32,
}

/// A connection to the database. It answers one query after another.
pub trait Connection: Send + 'static {
    /// The orders of a customer.
    fn orders(&mut self, customer: u32) -> impl Future<Output = Vec<u32>> + Send;

    /// What an order costs.
    fn price(&mut self, order: u32) -> impl Future<Output = Price> + Send;

    /// How many euros one unit of a currency is worth.
    fn rate(&mut self, currency: u32) -> impl Future<Output = u64> + Send;
}

/// A fixed number of connections, each behind a lock of its own.
struct Pool<C> {
    connections: Vec<AsyncMutex<C>>,
    permits: Semaphore,
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        let permits = Semaphore::new(connections.len());
        Self { permits, connections: connections.into_iter().map(AsyncMutex::new).collect() }
    }

    /// Waits until a connection is idle.
    async fn get(&self) -> Pooled<'_, C> {
        let permit = self.permits.acquire().await;
        // A connection is unlocked before its permit is given back, so one of them is idle. It may be one that we have
        // already looked at.
        let connection = loop {
            if let Some(connection) = self.connections.iter().find_map(AsyncMutex::try_lock) {
                break connection;
            }
        };
        Pooled { connection, _permit: permit }
    }
}

/// A connection in use. It is idle again when this is dropped: the first field is dropped first.
struct Pooled<'a, C> {
    connection: AsyncMutexGuard<'a, C>,
    _permit: SemaphoreGuard<'a>,
}

impl<C> Pooled<'_, C> {
    fn connection(&mut self) -> &mut C {
        &mut self.connection
    }
}

/// Reports about customers and their orders.
pub struct Reports<C> {
    pool: Pool<C>,
}

impl<C: Connection> Reports<C> {
    /// Reports that use these connections and no others.
    pub fn new(connections: Vec<C>) -> Self {
        Self { pool: Pool::new(connections) }
    }

    /// What all orders of `customer` cost, in euros. All queries run on one connection, with no other query in between.
    pub async fn total(&self, customer: u32) -> u64 {
        let mut pooled = self.pool.get().await;
        let connection = pooled.connection();
        let orders = connection.orders(customer).await;
        let mut total = 0;
        for order in orders {
            total += price_on(connection, order).await;
        }
        total
    }

    /// What `order` costs, in euros. Both queries run on one connection, with no other query in between.
    pub async fn price(&self, order: u32) -> u64 {
        let mut pooled = self.pool.get().await;
        price_on(pooled.connection(), order).await
    }

    /// What one unit of `currency` is worth, in euros.
    pub async fn rate(&self, currency: u32) -> u64 {
        let mut pooled = self.pool.get().await;
        pooled.connection().rate(currency).await
    }
}

async fn price_on(connection: &mut impl Connection, order: u32) -> u64 {
    let price = connection.price(order).await;
    price.amount * connection.rate(price.currency).await
}
