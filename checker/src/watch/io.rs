//! Reads and writes files in the background, in the order of the requests.
//!
//! Keys must be answered even if the disk is slow, or if another checker holds the lock of the progress file.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

type Task = Box<dyn FnOnce() + Send>;

pub struct BackgroundIo {
    tasks: Option<Sender<Task>>,
    /// Disconnected when every task is done.
    done: Receiver<()>,
}

impl BackgroundIo {
    pub fn new() -> io::Result<BackgroundIo> {
        let (tasks, incoming) = mpsc::channel::<Task>();
        let (working, done) = mpsc::channel();
        thread::Builder::new().name("background-io".to_owned()).spawn(move || {
            let _working: Sender<()> = working;
            incoming.iter().for_each(|task| task());
        })?;
        Ok(BackgroundIo { tasks: Some(tasks), done })
    }

    pub fn put(&self, task: impl FnOnce() + Send + 'static) {
        if let Some(tasks) = &self.tasks {
            let _ = tasks.send(Box::new(task));
        }
    }

    /// Waits until every task is done, but no longer than `limit`.
    pub fn close(&mut self, limit: Duration) {
        self.tasks = None;
        let _ = self.done.recv_timeout(limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    #[test]
    fn close_waits_for_every_task_but_not_beyond_its_limit() {
        let mut io = BackgroundIo::new().unwrap();
        let done = Arc::new(Mutex::new(Vec::new()));
        for n in 0..100 {
            let done = Arc::clone(&done);
            io.put(move || done.lock().unwrap().push(n));
        }
        io.close(Duration::from_secs(10));
        assert_eq!(*done.lock().unwrap(), (0..100).collect::<Vec<_>>());

        let mut io = BackgroundIo::new().unwrap();
        io.put(|| thread::sleep(Duration::from_secs(30)));
        let started = Instant::now();
        io.close(Duration::from_millis(50));
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
