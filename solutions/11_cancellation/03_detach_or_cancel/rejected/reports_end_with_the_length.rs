//! verdict: failing-test smol_a_report_outlives_the_ride_that_has_ended
//! Detaches the reports when the ride is dropped, and cancels them when the ride has ended.
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
    }

    impl Drop for Tracked {
        fn drop(&mut self) {
            self.tracking.abort();
        }
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: tokio::spawn(track(gps)) }
        }

        async fn length(mut self) -> u32 {
            (&mut self.tracking).await.expect("a GPS does not panic")
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
        tracking: Option<JoinHandle<u32>>,
    }

    impl Drop for Tracked {
        fn drop(&mut self) {
            if let Some(tracking) = self.tracking.take() {
                task::spawn(tracking.cancel());
            }
        }
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: Some(task::spawn(track(gps))) }
        }

        async fn length(mut self) -> u32 {
            self.tracking.as_mut().expect("it is here until the drop").await
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
        reports: Vec<Task<()>>,
    }

    impl Drop for Tracked {
        fn drop(&mut self) {
            self.reports.drain(..).for_each(Task::detach);
        }
    }

    impl Ride for Tracked {
        fn begin(gps: impl Gps) -> Self {
            Self { tracking: smol::spawn(track(gps)), reports: Vec::new() }
        }

        async fn length(mut self) -> u32 {
            let metres = (&mut self.tracking).await;
            // The ride is over.
            self.reports.clear();
            metres
        }

        fn report(&mut self, workshop: impl Workshop, damage: &str) {
            let damage = damage.to_owned();
            self.reports.push(smol::spawn(workshop.send(damage)));
        }
    }
}
