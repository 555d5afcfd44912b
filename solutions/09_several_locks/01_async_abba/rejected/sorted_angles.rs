//! verdict: failing-test a_panorama_has_a_picture_of_each_angle
//! Turns the table only forward and only once to each angle: the pictures are not those that the caller asked for.
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
    camera: Mutex<C>,
    table: Mutex<T>,
}

impl<C: Camera, T: Table> Booth<C, T> {
    pub fn new(camera: C, table: T) -> Self {
        Self { camera: Mutex::new(camera), table: Mutex::new(table) }
    }

    /// One picture. Once the exposure and the angle are set, nobody else changes them before it is taken.
    pub async fn photograph(&self, exposure: u32, angle: u32) -> C::Picture {
        let mut table = self.table.lock().await;
        let mut camera = self.camera.lock().await;
        camera.expose(exposure).await;
        table.turn_to(angle).await;
        camera.shoot().await
    }

    /// A picture from each of `angles`, in this order. Nobody else turns the table from the first to the last.
    pub async fn panorama(&self, exposure: u32, angles: &[u32]) -> Vec<C::Picture> {
        let angles: std::collections::BTreeSet<u32> = angles.iter().copied().collect();
        let mut pictures = Vec::new();
        let mut table = self.table.lock().await;
        for angle in angles {
            table.turn_to(angle).await;
            let mut camera = self.camera.lock().await;
            camera.expose(exposure).await;
            pictures.push(camera.shoot().await);
        }
        pictures
    }

    /// A picture of the product as it stands. Uses only the camera.
    pub async fn preview(&self, exposure: u32) -> C::Picture {
        let mut camera = self.camera.lock().await;
        camera.expose(exposure).await;
        camera.shoot().await
    }

    /// Turns the table, to place a product. Uses only the table.
    pub async fn turn_to(&self, angle: u32) {
        self.table.lock().await.turn_to(angle).await;
    }
}
