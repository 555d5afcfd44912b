//! Follows how far an explored test is, by the file in which it says so.

use std::fs;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Hears how many schedules were run, and how many there will be, if that is known.
pub type Told<'a> = &'a (dyn Fn((u32, Option<u32>)) + Sync);

/// How often the file is read.
const EVERY: Duration = Duration::from_millis(200);

/// Does `work`, and reads `file` meanwhile.
pub fn follow<T>(file: &Path, told: Option<Told<'_>>, work: impl FnOnce() -> T) -> T {
    let Some(told) = told else { return work() };
    thread::scope(|scope| {
        let (working, done) = mpsc::channel::<()>();
        scope.spawn(move || {
            let mut last = None;
            while done.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let text = fs::read_to_string(file).unwrap_or_default();
                let now = trace::wire::read_progress(&text);
                if now != last
                    && let Some(now) = now
                {
                    told(now);
                }
                last = now.or(last);
            }
        });
        let result = work();
        drop(working);
        result
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Instant;

    use super::*;

    #[test]
    fn each_new_line_is_heard_once_and_the_end_is_not_delayed() {
        let dir = tempfile::tempdir().unwrap();
        let (file, heard) = (dir.path().join("progress"), Mutex::new(Vec::new()));
        let told = |progress| heard.lock().unwrap().push(progress);
        follow(&file, Some(&told), || {
            for (runs, of) in [(3, None), (5, None), (7, Some(9))] {
                fs::write(&file, trace::wire::write_progress(runs, of)).unwrap();
                let until = Instant::now() + Duration::from_secs(10);
                while heard.lock().unwrap().last() != Some(&(runs, of)) && Instant::now() < until {
                    thread::sleep(Duration::from_millis(5));
                }
                thread::sleep(2 * EVERY);
            }
        });
        assert_eq!(*heard.lock().unwrap(), [(3, None), (5, None), (7, Some(9))]);
        let started = Instant::now();
        assert_eq!(follow(&file, Some(&told), || 1), 1);
        assert!(started.elapsed() < EVERY);
    }
}
