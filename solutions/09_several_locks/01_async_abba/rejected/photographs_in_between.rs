//! verdict: failing-test no_photograph_is_taken_during_a_panorama
//! A panorama is a row of photographs. `turn_to` waits for the last of them; a photograph of another task does not.

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

/// The two devices, each behind its own lock.
pub struct Booth<C, T> {
    camera: Mutex<C>,
    table: Mutex<T>,
    turning: Mutex<()>,
}

impl<C: Camera, T: Table> Booth<C, T> {
    pub fn new(camera: C, table: T) -> Self {
        Self { camera: Mutex::new(camera), table: Mutex::new(table), turning: Mutex::new(()) }
    }

    pub async fn photograph(&self, exposure: u32, angle: u32) -> C::Picture {
        let mut camera = self.camera.lock().await;
        let mut table = self.table.lock().await;
        camera.expose(exposure).await;
        table.turn_to(angle).await;
        camera.shoot().await
    }

    pub async fn panorama(&self, exposure: u32, angles: &[u32]) -> Vec<C::Picture> {
        let mut pictures = Vec::new();
        let _turning = self.turning.lock().await;
        for &angle in angles {
            pictures.push(self.photograph(exposure, angle).await);
        }
        pictures
    }

    pub async fn preview(&self, exposure: u32) -> C::Picture {
        let mut camera = self.camera.lock().await;
        camera.expose(exposure).await;
        camera.shoot().await
    }

    pub async fn turn_to(&self, angle: u32) {
        let _turning = self.turning.lock().await;
        self.table.lock().await.turn_to(angle).await;
    }
}
