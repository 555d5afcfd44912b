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

/// Tracks a ride until it is over, or until the sender of `kept` is dropped.
async fn track_until(gps: impl Gps, kept: smol::channel::Receiver<()>) -> u32 {
    // By value: whichever is not ready is dropped.
    smol::future::or(track(gps), async {
        let _ = kept.recv().await;
        0
    })
    .await
}

pub mod on_tokio {
    use super::*;
    use tokio::task::JoinHandle;

    pub struct Tracked {
        tracking: JoinHandle<u32>,
        /// Nothing is ever sent. The task ends when this is dropped.
        _keep: smol::channel::Sender<()>,
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            let (keep, kept) = smol::channel::bounded(1);
            Self { tracking: tokio::spawn(track_until(gps, kept)), _keep: keep }
        }

        async fn length(self) -> u32 {
            self.tracking.await.expect("a GPS does not panic")
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

    pub struct Tracked {
        tracking: JoinHandle<u32>,
        /// Nothing is ever sent. The task ends when this is dropped.
        _keep: smol::channel::Sender<()>,
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            let (keep, kept) = smol::channel::bounded(1);
            Self { tracking: task::spawn(track_until(gps, kept)), _keep: keep }
        }

        async fn length(self) -> u32 {
            self.tracking.await
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
        /// Dropping it cancels the task.
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
