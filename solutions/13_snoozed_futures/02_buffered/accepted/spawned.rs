//! Moves albums of photos from one cloud to another.

use std::pin::pin;
use std::sync::Arc;

use async_std::sync::Mutex;
use async_std::task;
use futures::future::{AbortHandle, abortable};
use futures::stream::{self, StreamExt};

/// How many photos of one album may be in memory at the same time.
pub const AT_ONCE: usize = 2;

/// How many calls a token is good for.
pub const CALLS: u32 = 3;

/// Shows to both clouds who is calling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token(pub u32);

#[derive(Debug, PartialEq, Eq)]
pub struct Photo(pub u32);

/// The two clouds. They answer only while the future of the call is polled.
pub trait Cloud: Send + Sync + 'static {
    /// A new token.
    fn log_in(&self) -> impl Future<Output = Token> + Send;
    fn download(&self, token: Token, number: u32) -> impl Future<Output = Photo> + Send;
    fn upload(&self, token: Token, photo: Photo) -> impl Future<Output = ()> + Send;
}

/// Moves the albums of one customer, several at the same time if need be. They share the token and nothing else.
pub struct Mover<C> {
    cloud: Arc<C>,
    session: Arc<Mutex<Session>>,
}

/// Stops a task when it is dropped, which the handle of the task does not.
struct Stops(AbortHandle);

impl Drop for Stops {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Session {
    token: Token,
    calls_left: u32,
}

impl<C> Clone for Mover<C> {
    fn clone(&self) -> Self {
        Self { cloud: Arc::clone(&self.cloud), session: Arc::clone(&self.session) }
    }
}

impl<C: Cloud> Mover<C> {
    pub fn new(cloud: Arc<C>) -> Self {
        Self { cloud, session: Arc::new(Mutex::new(Session { token: Token(0), calls_left: 0 })) }
    }

    /// Downloads the photos with these numbers and uploads them, one after the other, in this order. Returns how many
    /// there were.
    ///
    /// A photo is in memory from the beginning of its download to the end of its upload. `AT_ONCE` photos of the album
    /// are in memory: never more, and no fewer while enough are left. If the future is dropped, all of its downloads
    /// and uploads end.
    pub async fn copy(&self, numbers: Vec<u32>) -> usize {
        let downloads = stream::iter(numbers).map(|number| {
            let mover = self.clone();
            let (download, handle) = abortable(async move { mover.download(number).await });
            let (task, stops) = (task::spawn(download), Stops(handle));
            async move {
                let photo = task.await.expect("it is stopped only after this future was dropped");
                drop(stops);
                photo
            }
        });
        // Only handles sleep in this buffer. The executor polls the downloads.
        let mut photos = pin!(downloads.buffered(AT_ONCE));
        let mut copied = 0;
        while let Some(photo) = photos.next().await {
            self.upload(photo).await;
            copied += 1;
        }
        copied
    }

    async fn download(&self, number: u32) -> Photo {
        let token = self.token().await;
        self.cloud.download(token, number).await
    }

    async fn upload(&self, photo: Photo) {
        let token = self.token().await;
        self.cloud.upload(token, photo).await;
    }

    /// A token for one call. Logs in if the last one is used up, once for all that wait for it.
    async fn token(&self) -> Token {
        let mut session = self.session.lock().await;
        if session.calls_left == 0 {
            session.token = self.cloud.log_in().await;
            session.calls_left = CALLS;
        }
        session.calls_left -= 1;
        session.token
    }
}
