//! verdict: failing-test a_video_that_is_accepted_while_the_worker_stops_is_given_back
//! Takes what is there without closing the channel. A video that is handed in just then is accepted and lost.
//!
//! A worker that converts videos, one after the other, until it is stopped.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

/// The number of a video.
pub type Video = u32;

/// Converts a video. That may take a while, and a video whose conversion is cancelled is broken.
pub trait Converter: Send {
    fn convert(&mut self, video: Video) -> impl Future<Output = ()> + Send;
}

/// Hands videos in. A clone hands in to the same worker.
#[derive(Clone)]
pub struct Inbox {
    videos: UnboundedSender<Video>,
}

/// Stops the worker.
pub struct Switch {
    stop: watch::Sender<()>,
}

/// Converts the videos that are handed in.
pub struct Worker<C> {
    converter: C,
    videos: UnboundedReceiver<Video>,
    stop: watch::Receiver<()>,
}

/// Creates a worker, its inbox, and its switch.
pub fn worker<C: Converter>(converter: C) -> (Worker<C>, Inbox, Switch) {
    let (inbox, videos) = unbounded_channel();
    let (switch, stop) = watch::channel(());
    (Worker { converter, videos, stop }, Inbox { videos: inbox }, Switch { stop: switch })
}

impl Inbox {
    /// Hands in a video, which is then converted or in the list that `run` returns. If `run` has returned, gives the
    /// video back as an error.
    pub fn hand_in(&self, video: Video) -> Result<(), Video> {
        self.videos.send(video).map_err(|refused| refused.0)
    }
}

impl Switch {
    /// Stops the worker. May be called again, also after the worker has ended. Dropping the switch neither stops the
    /// worker nor undoes a stop.
    pub fn stop(&self) {
        self.stop.send_replace(());
    }
}

impl<C: Converter> Worker<C> {
    /// Converts videos in their order, one at a time, and sleeps while there are none.
    ///
    /// When it is stopped, it finishes the video that it is converting and begins no other one. It also ends when all
    /// videos are converted and no inbox is left. Returns the videos that it has not begun, in their order.
    pub async fn run(mut self) -> Vec<Video> {
        loop {
            tokio::select! {
                biased;
                Ok(()) = self.stop.changed() => break,
                video = self.videos.recv() => match video {
                    Some(video) => self.converter.convert(video).await,
                    None => break,
                },
            }
        }
        let mut rest = Vec::new();
        while let Ok(video) = self.videos.try_recv() {
            rest.push(video);
        }
        rest
    }
}
