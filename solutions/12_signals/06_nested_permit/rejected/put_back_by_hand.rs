//! verdict: failing-test wherever_a_report_is_cancelled_its_connection_is_idle_again
//! Puts the connection back behind the last await. A report that is dropped never gets there.
//!
//! Reports from a database, over a pool of connections.

use std::sync::Mutex;

use smol::lock::Semaphore;

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
    async fn get(&self) -> C {
        let permit = self.permits.acquire().await;
        permit.forget();
        self.idle.lock().unwrap().pop().expect("there are as many connections as permits")
    }

    fn put_back(&self, connection: C) {
        self.idle.lock().unwrap().push(connection);
        self.permits.add_permits(1);
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
        let mut connection = self.pool.get().await;
        let orders = connection.orders(customer).await;
        let mut total = 0;
        for order in orders {
            total += price_on(&mut connection, order).await;
        }
        self.pool.put_back(connection);
        total
    }

    /// What `order` costs, in euros. Both queries run on one connection, with no other query in between.
    pub async fn price(&self, order: u32) -> u64 {
        let mut connection = self.pool.get().await;
        let price = price_on(&mut connection, order).await;
        self.pool.put_back(connection);
        price
    }

    /// What one unit of `currency` is worth, in euros.
    pub async fn rate(&self, currency: u32) -> u64 {
        let mut connection = self.pool.get().await;
        let rate = connection.rate(currency).await;
        self.pool.put_back(connection);
        rate
    }
}

/// What `order` costs, in euros, on the connection of the caller.
async fn price_on(connection: &mut impl Connection, order: u32) -> u64 {
    let price = connection.price(order).await;
    price.amount * connection.rate(price.currency).await
}
