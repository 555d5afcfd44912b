//! verdict: failing-test a_report_is_woken_in_the_task_that_polled_it_last
//! The queue keeps the waker of the first poll. A report that is polled by another task later is not woken there.
//!
//! Reports from a database, over a pool of connections.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

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
    state: Mutex<State<C>>,
}

struct State<C> {
    idle: Vec<C>,
    /// The reports that wait, each with a number.
    waiting: VecDeque<(u64, Waker)>,
    next: u64,
}

impl<C> State<C> {
    fn wake_one(&mut self) {
        if let Some((_, waker)) = self.waiting.pop_front() {
            waker.wake();
        }
    }
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        Self { state: Mutex::new(State { idle: connections, waiting: VecDeque::new(), next: 0 }) }
    }

    /// Waits until a connection is idle.
    async fn get(&self) -> Pooled<'_, C> {
        let mut waiting = Waiting { pool: self, number: None };
        std::future::poll_fn(|context| waiting.poll(context)).await
    }
}

struct Waiting<'a, C> {
    pool: &'a Pool<C>,
    number: Option<u64>,
}

impl<'a, C> Waiting<'a, C> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Pooled<'a, C>> {
        let mut state = self.pool.state.lock().unwrap();
        let place = state.waiting.iter().position(|(number, _)| Some(*number) == self.number);
        if let Some(connection) = state.idle.pop() {
            if let Some(place) = place {
                state.waiting.remove(place);
            }
            self.number = None;
            return Poll::Ready(Pooled { connection: Some(connection), pool: self.pool });
        }
        match place {
            Some(_) => {}
            None => {
                let number = state.next;
                state.next += 1;
                state.waiting.push_back((number, context.waker().clone()));
                self.number = Some(number);
            }
        }
        Poll::Pending
    }
}

impl<C> Drop for Waiting<'_, C> {
    fn drop(&mut self) {
        let Some(mine) = self.number else { return };
        let mut state = self.pool.state.lock().unwrap();
        match state.waiting.iter().position(|(number, _)| *number == mine) {
            Some(place) => drop(state.waiting.remove(place)),
            // It was woken and does not come: the connection is for the next one.
            None => state.wake_one(),
        }
    }
}

/// A connection in use. It is idle again when this is dropped.
struct Pooled<'a, C> {
    connection: Option<C>,
    pool: &'a Pool<C>,
}

impl<C> Pooled<'_, C> {
    fn connection(&mut self) -> &mut C {
        self.connection.as_mut().expect("it is taken by `drop`")
    }
}

impl<C> Drop for Pooled<'_, C> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap();
        state.idle.extend(self.connection.take());
        state.wake_one();
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
