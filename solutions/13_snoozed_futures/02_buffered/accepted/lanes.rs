//! Moves albums of photos from one cloud to another.

use std::sync::Arc;

use async_std::sync::Mutex;
use futures::channel::oneshot;
use futures::future::join_all;

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
        let copied = numbers.len();
        // One sender ends the turn of the photo, one receiver begins that of the next.
        let (mut ends, mut begins): (Vec<_>, Vec<_>) = (0..copied).map(|_| oneshot::channel::<()>()).unzip();
        ends.reverse();
        begins.pop();
        begins.reverse();
        let mut lanes: Vec<Vec<_>> = (0..AT_ONCE).map(|_| Vec::new()).collect();
        for (place, number) in numbers.into_iter().enumerate() {
            let begin = if place == 0 { None } else { begins.pop() };
            lanes[place % AT_ONCE].push((number, begin, ends.pop()));
        }
        join_all(lanes.into_iter().map(|lane| async move {
            for (number, begin, end) in lane {
                let photo = self.download(number).await;
                if let Some(begin) = begin {
                    let _ = begin.await;
                }
                self.upload(photo).await;
                drop(end);
            }
        }))
        .await;
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
