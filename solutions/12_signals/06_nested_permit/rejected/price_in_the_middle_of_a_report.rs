//! verdict: failing-test a_price_does_not_interrupt_a_report
//! Reports do not interrupt each other, but a price may take the connection between two queries of a report.
//!
//! Reports from a database, over a pool of connections.

use std::sync::Mutex;

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

/// A fixed number of connections, each behind a lock of its own. A report leases one, and locks it for each query.
struct Pool<C> {
    connections: Vec<AsyncMutex<C>>,
    unleased: Mutex<Vec<usize>>,
    leases: Semaphore,
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        Self {
            leases: Semaphore::new(connections.len()),
            unleased: Mutex::new((0..connections.len()).collect()),
            connections: connections.into_iter().map(AsyncMutex::new).collect(),
        }
    }

    /// Waits until no other report has this connection.
    async fn lease(&self) -> Lease<'_, C> {
        let permit = self.leases.acquire().await;
        let number = self.unleased.lock().unwrap().pop().expect("there are as many connections as permits");
        Lease { number, pool: self, _permit: permit }
    }

    /// Waits until a connection is idle.
    async fn get(&self) -> AsyncMutexGuard<'_, C> {
        match self.connections.iter().find_map(AsyncMutex::try_lock) {
            Some(connection) => connection,
            None => self.connections[0].lock().await,
        }
    }
}

struct Lease<'a, C> {
    number: usize,
    pool: &'a Pool<C>,
    _permit: SemaphoreGuard<'a>,
}

impl<C> Lease<'_, C> {
    async fn connection(&self) -> AsyncMutexGuard<'_, C> {
        self.pool.connections[self.number].lock().await
    }
}

impl<C> Drop for Lease<'_, C> {
    fn drop(&mut self) {
        self.pool.unleased.lock().unwrap().push(self.number);
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
        let lease = self.pool.lease().await;
        let orders = lease.connection().await.orders(customer).await;
        let mut total = 0;
        for order in orders {
            total += price_on(&mut *lease.connection().await, order).await;
        }
        total
    }

    /// What `order` costs, in euros. Both queries run on one connection, with no other query in between.
    pub async fn price(&self, order: u32) -> u64 {
        let mut pooled = self.pool.get().await;
        price_on(&mut *pooled, order).await
    }

    /// What one unit of `currency` is worth, in euros.
    pub async fn rate(&self, currency: u32) -> u64 {
        let mut pooled = self.pool.get().await;
        pooled.rate(currency).await
    }
}

async fn price_on(connection: &mut impl Connection, order: u32) -> u64 {
    let price = connection.price(order).await;
    price.amount * connection.rate(price.currency).await
}
