//! verdict: failing-test each_device_is_free_when_a_photograph_is_taken
//! Claims devices in one step. When two of them are free again, wakes one call, although another one could go on, too.

use std::pin::pin;

use tokio::sync::{Mutex, Notify};

/// A camera. It keeps its exposure until the next `expose`.
pub trait Camera: Send {
    type Picture: Send;
    fn expose(&mut self, exposure: u32) -> impl Future<Output = ()> + Send;
    fn shoot(&mut self) -> impl Future<Output = Self::Picture> + Send;
}

/// A table that turns.
pub trait Table: Send {
    fn turn_to(&mut self, angle: u32) -> impl Future<Output = ()> + Send;
}

/// The two devices, each behind its own lock.
pub struct Booth<C, T> {
    camera: Mutex<C>,
    table: Mutex<T>,
    busy: std::sync::Mutex<[bool; 2]>,
    freed: Notify,
}

/// The devices that a call uses, camera and table. They are free again when this is dropped.
struct Claim<'a, C, T>(&'a Booth<C, T>, [bool; 2]);

impl<C, T> Drop for Claim<'_, C, T> {
    fn drop(&mut self) {
        let mut busy = self.0.busy.lock().unwrap();
        for (busy, mine) in busy.iter_mut().zip(self.1) {
            *busy &= !mine;
        }
        drop(busy);
        self.0.freed.notify_one();
    }
}

impl<C, T> Booth<C, T> {
    /// Waits until all of these devices are free, and claims them in one step.
    async fn claim(&self, devices: [bool; 2]) -> Claim<'_, C, T> {
        loop {
            let mut freed = pin!(self.freed.notified());
            freed.as_mut().enable();
            if self.try_claim(devices) {
                return Claim(self, devices);
            }
            freed.await;
        }
    }

    fn try_claim(&self, devices: [bool; 2]) -> bool {
        let mut busy = self.busy.lock().unwrap();
        let is_free = busy.iter().zip(devices).all(|(busy, needed)| !(*busy && needed));
        if is_free {
            for (busy, needed) in busy.iter_mut().zip(devices) {
                *busy |= needed;
            }
        }
        is_free
    }
}

impl<C: Camera, T: Table> Booth<C, T> {
    pub fn new(camera: C, table: T) -> Self {
        Self {
            camera: Mutex::new(camera),
            table: Mutex::new(table),
            busy: std::sync::Mutex::default(),
            freed: Notify::new(),
        }
    }

    pub async fn photograph(&self, exposure: u32, angle: u32) -> C::Picture {
        let _both = self.claim([true, true]).await;
        let mut camera = self.camera.lock().await;
        let mut table = self.table.lock().await;
        camera.expose(exposure).await;
        table.turn_to(angle).await;
        camera.shoot().await
    }

    pub async fn panorama(&self, exposure: u32, angles: &[u32]) -> Vec<C::Picture> {
        let mut pictures = Vec::new();
        let _both = self.claim([true, true]).await;
        let mut camera = self.camera.lock().await;
        let mut table = self.table.lock().await;
        for &angle in angles {
            table.turn_to(angle).await;
            camera.expose(exposure).await;
            pictures.push(camera.shoot().await);
        }
        pictures
    }

    pub async fn preview(&self, exposure: u32) -> C::Picture {
        let _one = self.claim([true, false]).await;
        let mut camera = self.camera.lock().await;
        camera.expose(exposure).await;
        camera.shoot().await
    }

    pub async fn turn_to(&self, angle: u32) {
        let _one = self.claim([false, true]).await;
        self.table.lock().await.turn_to(angle).await;
    }
}
