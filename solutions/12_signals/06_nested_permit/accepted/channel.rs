//! Reports from a database, over a pool of connections.

use smol::channel::{Receiver, Sender, bounded};

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

/// The idle connections, in a channel.
struct Pool<C> {
    back: Sender<C>,
    idle: Receiver<C>,
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        let (back, idle) = bounded(connections.len());
        for connection in connections {
            let Ok(()) = back.try_send(connection) else { unreachable!("there is room for all of them") };
        }
        Self { back, idle }
    }

    /// Waits until a connection is idle.
    async fn get(&self) -> Pooled<'_, C> {
        let connection = self.idle.recv().await.expect("this pool has a sender");
        Pooled { connection: Some(connection), pool: self }
    }
}

/// A connection in use. It is idle again when this is dropped.
struct Pooled<'a, C> {
    connection: Option<C>,
    pool: &'a Pool<C>,
}

impl<C> Pooled<'_, C> {
    fn connection(&mut self) -> &mut C {
        self.connection.as_mut().expect("it is there until this is dropped")
    }
}

impl<C> Drop for Pooled<'_, C> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let Ok(()) = self.pool.back.try_send(connection) else { unreachable!("there is room for all of them") };
        }
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

/// What `order` costs, in euros, on the connection of the caller.
async fn price_on(connection: &mut impl Connection, order: u32) -> u64 {
    let price = connection.price(order).await;
    price.amount * connection.rate(price.currency).await
}
