//! verdict: failing-test a_call_that_waits_sleeps
//! Tries both locks every millisecond: there is no deadlock, but a call that waits is woken again and again.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

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
}

impl<C: Camera, T: Table> Booth<C, T> {
    pub fn new(camera: C, table: T) -> Self {
        Self { camera: Mutex::new(camera), table: Mutex::new(table) }
    }

    pub async fn photograph(&self, exposure: u32, angle: u32) -> C::Picture {
        let (mut camera, mut table) = loop {
            if let (Ok(camera), Ok(table)) = (self.camera.try_lock(), self.table.try_lock()) {
                break (camera, table);
            }
            sleep(Duration::from_millis(1)).await;
        };
        camera.expose(exposure).await;
        table.turn_to(angle).await;
        camera.shoot().await
    }

    pub async fn panorama(&self, exposure: u32, angles: &[u32]) -> Vec<C::Picture> {
        let mut pictures = Vec::new();
        let (mut camera, mut table) = loop {
            if let (Ok(camera), Ok(table)) = (self.camera.try_lock(), self.table.try_lock()) {
                break (camera, table);
            }
            sleep(Duration::from_millis(1)).await;
        };
        for &angle in angles {
            table.turn_to(angle).await;
            camera.expose(exposure).await;
            pictures.push(camera.shoot().await);
        }
        pictures
    }

    pub async fn preview(&self, exposure: u32) -> C::Picture {
        let mut camera = self.camera.lock().await;
        camera.expose(exposure).await;
        camera.shoot().await
    }

    pub async fn turn_to(&self, angle: u32) {
        self.table.lock().await.turn_to(angle).await;
    }
}
