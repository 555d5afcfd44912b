//! verdict: failing-test tokio_no_report_waits_for_another
//! Sends a report when the one before it has been sent: if that hangs, all others wait.
//!
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
    use tokio::task::JoinHandle;

    pub struct Tracked {
        tracking: JoinHandle<u32>,
        last_report: Option<JoinHandle<()>>,
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: tokio::spawn(track(gps)), last_report: None }
        }

        async fn length(mut self) -> u32 {
            // Awaited where it is: if this future is dropped here, `drop` still finds the handle.
            (&mut self.tracking).await.expect("a GPS does not panic")
        }

        fn report(&mut self, workshop: impl Workshop, damage: &str) {
            let damage = damage.to_owned();
            let before = self.last_report.take();
            self.last_report = Some(tokio::spawn(async move {
                if let Some(before) = before {
                    let _ = before.await;
                }
                workshop.send(damage).await;
            }));
        }
    }

    impl Drop for Tracked {
        fn drop(&mut self) {
            self.tracking.abort();
        }
    }
}

pub mod on_async_std {
    use super::*;
    use async_std::task::{self, JoinHandle};

    pub struct Tracked {
        /// Taken out when the ride is dropped.
        tracking: Option<JoinHandle<u32>>,
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: Some(task::spawn(track(gps))) }
        }

        async fn length(mut self) -> u32 {
            self.tracking.as_mut().expect("it is there until the ride is dropped").await
        }

        fn report(&mut self, workshop: impl Workshop, damage: &str) {
            let damage = damage.to_owned();
            // Nobody keeps the handle, and the task goes on.
            task::spawn(workshop.send(damage));
        }
    }

    impl Drop for Tracked {
        fn drop(&mut self) {
            if let Some(tracking) = self.tracking.take() {
                // `cancel` does nothing until it is polled, and `drop` cannot await it.
                task::spawn(tracking.cancel());
            }
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
