//! The box on a rental bicycle. It tracks rides and reports damage. There are boxes on tokio, on async-std and on smol.

/// Receives positions. It needs power until it is dropped.
pub trait Gps: Send + 'static {
    /// The metres since the last call, or `None` if the bicycle was given back. In a tunnel, the answer takes long.
    fn moved(&mut self) -> impl Future<Output = Option<u32>> + Send;
}

/// The way to the workshop. Sending takes its time.
pub trait Workshop: Send + 'static {
    fn send(self, damage: String) -> impl Future<Output = ()> + Send;
}

/// What the boxes promise, whatever they run on.
pub trait Ride: Send + Sized + 'static {
    /// Begins to track a ride in the background, and returns at once. If the ride is dropped, on any thread, the GPS is
    /// dropped soon.
    fn begin(gps: impl Gps) -> Self;

    /// Waits until the bicycle is given back, not for reports, and returns the length of the ride in metres. Dropping
    /// this future drops the ride, even before its first poll.
    fn length(self) -> impl Future<Output = u32> + Send;

    /// Begins to report damage in the background, and returns at once. The report is sent even if the ride ends or is
    /// dropped. No report waits for another.
    fn report(&mut self, workshop: impl Workshop, damage: &str);
}

/// Adds up all metres of a ride.
async fn track(mut gps: impl Gps) -> u32 {
    let mut metres = 0;
    while let Some(more) = gps.moved().await {
        metres += more;
    }
    metres
}

pub mod on_tokio {
    use super::*;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use tokio::task::JoinHandle;

    pub struct Tracked {
        tracking: AbortOnDrop,
    }

    struct AbortOnDrop(JoinHandle<u32>);

    impl Drop for AbortOnDrop {
        fn drop(&mut self) {
            self.0.abort();
        }
    }

    impl Future for AbortOnDrop {
        type Output = u32;

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
            Pin::new(&mut self.0).poll(context).map(|ended| ended.expect("a GPS does not panic"))
        }
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: AbortOnDrop(tokio::spawn(track(gps))) }
        }

        async fn length(self) -> u32 {
            self.tracking.await
        }

        fn report(&mut self, workshop: impl Workshop, damage: &str) {
            let damage = damage.to_owned();
            tokio::spawn(workshop.send(damage));
        }
    }
}

pub mod on_async_std {
    use super::*;
    use async_std::task::{self, JoinHandle};
    use smol::future::FutureExt;
    use std::sync::Arc;
    use tokio::sync::Notify;

    pub struct Tracked {
        tracking: Notified,
    }

    struct Notified {
        handle: JoinHandle<Option<u32>>,
        notify: Arc<Notify>,
    }

    impl Drop for Notified {
        fn drop(&mut self) {
            self.notify.notify_one();
        }
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            let notify = Arc::new(Notify::new());
            let stopped = Arc::clone(&notify);
            let handle = task::spawn(async move {
                let tracked = async { Some(track(gps).await) };
                let stopped = async {
                    stopped.notified().await;
                    None
                };
                tracked.race(stopped).await
            });
            Self { tracking: Notified { handle, notify } }
        }

        async fn length(mut self) -> u32 {
            (&mut self.tracking.handle).await.expect("only a drop stops it")
        }

        fn report(&mut self, workshop: impl Workshop, damage: &str) {
            let damage = damage.to_owned();
            task::spawn(workshop.send(damage));
        }
    }
}

pub mod on_smol {
    use super::*;
    use smol::Task;

    pub struct Tracked {
        tracking: Task<u32>,
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: smol::spawn(track(gps)) }
        }

        async fn length(self) -> u32 {
            self.tracking.await
        }

        fn report(&mut self, workshop: impl Workshop, damage: &str) {
            let damage = damage.to_owned();
            smol::spawn(workshop.send(damage)).detach();
        }
    }
}
