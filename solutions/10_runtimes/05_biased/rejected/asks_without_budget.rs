//! verdict: failing-test a_stop_counts_when_the_budget_of_the_task_is_used_up
//! Polls the switch once before each video. Without budget, `changed` is pending even after a stop.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

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

/// The output of `future`, if it is ready at once.
async fn now_or_never<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

impl<C: Converter> Worker<C> {
    /// Converts videos in their order, one at a time, and sleeps while there are none.
    ///
    /// When it is stopped, it finishes the video that it is converting and begins no other one. It also ends when all
    /// videos are converted and no inbox is left. Returns the videos that it has not begun, in their order.
    pub async fn run(mut self) -> Vec<Video> {
        let mut rest = Vec::new();
        loop {
            let video = match now_or_never(self.videos.recv()).await {
                Some(video) => video,
                None => tokio::select! {
                    biased;
                    Ok(()) = self.stop.changed() => break,
                    video = self.videos.recv() => video,
                },
            };
            let Some(video) = video else { break };
            // Has it been stopped meanwhile? Asks without waiting.
            if let Some(Ok(())) = now_or_never(self.stop.changed()).await {
                rest.push(video);
                break;
            }
            self.converter.convert(video).await;
        }
        // From here on videos are refused, so the list is complete.
        self.videos.close();
        while let Some(video) = self.videos.recv().await {
            rest.push(video);
        }
        rest
    }
}
