//! verdict: panic wherever_a_price_or_a_rate_is_cancelled_its_connection_is_idle_again
//! `price` puts its connection back by hand. If it is dropped, the connection is gone.
//!
//! Reports from a database, over a pool of connections.

use std::sync::Mutex;

use smol::lock::{Semaphore, SemaphoreGuard};

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

/// A fixed number of connections, each of which is idle or in use.
struct Pool<C> {
    idle: Mutex<Vec<C>>,
    permits: Semaphore,
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        Self { permits: Semaphore::new(connections.len()), idle: Mutex::new(connections) }
    }

    /// Waits until a connection is idle.
    async fn get(&self) -> Pooled<'_, C> {
        let permit = self.permits.acquire().await;
        Pooled { connection: self.idle.lock().unwrap().pop(), pool: self, _permit: permit }
    }
}

/// A connection in use. It is idle again when this is dropped.
struct Pooled<'a, C> {
    connection: Option<C>,
    pool: &'a Pool<C>,
    /// A field is dropped after its struct: the connection is idle before the next caller gets the permit.
    _permit: SemaphoreGuard<'a>,
}

impl<C> Pooled<'_, C> {
    fn connection(&mut self) -> &mut C {
        self.connection.as_mut().expect("there are as many connections as permits")
    }
}

impl<C> Drop for Pooled<'_, C> {
    fn drop(&mut self) {
        self.pool.idle.lock().unwrap().extend(self.connection.take());
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
        let mut connection = pooled.connection.take().expect("there are as many connections as permits");
        let price = price_on(&mut connection, order).await;
        pooled.connection = Some(connection);
        price
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
