//! verdict: failing-test a_preview_does_not_wait_for_the_table
//! One lock for both devices: there is no order to keep, but a preview waits for whoever turns the table.
//!
//! A booth in which products are photographed for a shop: a camera, and a table that turns the product.

use tokio::sync::Mutex;

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

/// The two devices, each behind its own lock. Many tasks use them at the same time.
pub struct Booth<C, T> {
    devices: Mutex<(C, T)>,
}

impl<C: Camera, T: Table> Booth<C, T> {
    pub fn new(camera: C, table: T) -> Self {
        Self { devices: Mutex::new((camera, table)) }
    }

    /// One picture. Once the exposure and the angle are set, nobody else changes them before it is taken.
    pub async fn photograph(&self, exposure: u32, angle: u32) -> C::Picture {
        let mut devices = self.devices.lock().await;
        let (camera, table) = &mut *devices;
        camera.expose(exposure).await;
        table.turn_to(angle).await;
        camera.shoot().await
    }

    /// A picture from each of `angles`, in this order. Nobody else turns the table from the first to the last.
    pub async fn panorama(&self, exposure: u32, angles: &[u32]) -> Vec<C::Picture> {
        let mut devices = self.devices.lock().await;
        let (camera, table) = &mut *devices;
        let mut pictures = Vec::new();
        for &angle in angles {
            table.turn_to(angle).await;
            camera.expose(exposure).await;
            pictures.push(camera.shoot().await);
        }
        pictures
    }

    /// A picture of the product as it stands. Uses only the camera.
    pub async fn preview(&self, exposure: u32) -> C::Picture {
        let mut devices = self.devices.lock().await;
        devices.0.expose(exposure).await;
        devices.0.shoot().await
    }

    /// Turns the table, to place a product. Uses only the table.
    pub async fn turn_to(&self, angle: u32) {
        self.devices.lock().await.1.turn_to(angle).await;
    }
}
