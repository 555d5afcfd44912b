//! Tells when the files of an exercise have another content than before.
//!
//! The folder is watched, not the file: many editors put a new file in its place. Events only say when to look;
//! a hash of the content decides, so that reading and touching start nothing.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};

/// Watches one exercise at a time. Dropping it ends that.
pub struct Watcher {
    inner: Box<dyn notify::Watcher + Send>,
    events: Sender<Message>,
    dir: Option<PathBuf>,
    /// What to tell the learner about how it works, if it is not the usual way.
    pub note: Option<String>,
}

enum Message {
    Touched,
    /// From now on this folder matters, whose content has this hash.
    Watch(PathBuf, u64),
}

/// A save comes as several events. This long without one, and it is over.
const QUIET: Duration = Duration::from_millis(8);
/// But no longer than this altogether.
const PATIENCE: Duration = Duration::from_millis(30);
/// How often to look where the system sends no events.
const POLL: Duration = Duration::from_millis(500);

impl Watcher {
    /// `changed` is called, on another thread, whenever the content has changed.
    pub fn new(changed: impl Fn() + Send + 'static) -> Result<Watcher> {
        let (events, messages) = mpsc::channel();
        thread::Builder::new().name("watcher".to_owned()).spawn(move || look(&messages, &changed))?;
        let handler = |events: Sender<Message>| {
            move |event: notify::Result<notify::Event>| {
                if event.is_ok_and(|event| may_change_content(event.kind)) {
                    let _ = events.send(Message::Touched);
                }
            }
        };
        let native = RecommendedWatcher::new(handler(events.clone()), notify::Config::default());
        let (inner, note): (Box<dyn notify::Watcher + Send>, _) = match native {
            Ok(watcher) => (Box::new(watcher), None),
            Err(error) => {
                let config = notify::Config::default().with_poll_interval(POLL);
                let watcher = PollWatcher::new(handler(events.clone()), config).context("files cannot be watched")?;
                let note =
                    format!("note: the system sends no file events ({error}), so files are polled twice a second");
                (Box::new(watcher), Some(note))
            }
        };
        Ok(Watcher { inner, events, dir: None, note })
    }

    /// Watches `dir` instead of what was watched before.
    pub fn watch(&mut self, dir: &Path) -> Result<()> {
        if let Some(old) = self.dir.take() {
            let _ = self.inner.unwatch(&old);
        }
        self.inner
            .watch(dir, RecursiveMode::Recursive)
            .with_context(|| format!("{} cannot be watched", dir.display()))?;
        self.dir = Some(dir.to_owned());
        let _ = self.events.send(Message::Watch(dir.to_owned(), fingerprint(dir)));
        Ok(())
    }
}

/// Looks after every event, and says when something has changed.
fn look(messages: &Receiver<Message>, changed: &dyn Fn()) {
    let mut watched: Option<(PathBuf, u64)> = None;
    while let Ok(mut message) = messages.recv() {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Message::Watch(dir, hash) = message {
                watched = Some((dir, hash));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            match messages.recv_timeout(QUIET.min(left)) {
                Ok(next) => message = next,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if let Some((dir, hash)) = &mut watched {
            let new = fingerprint(dir);
            if new != *hash {
                *hash = new;
                changed();
            }
        }
    }
}

/// Reading, which cargo does all the time, does not.
fn may_change_content(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}

/// A hash of what the compiler reads of an exercise. Good for one run of the checker only.
fn fingerprint(dir: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    hash_file(&dir.join("Cargo.toml"), &mut hasher);
    for folder in ["src", "tests"] {
        hash_folder(&dir.join(folder), &mut hasher);
    }
    hasher.finish()
}

fn hash_folder(dir: &Path, hasher: &mut DefaultHasher) {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hasher);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            hash_file(&path, hasher);
        }
    }
}

fn hash_file(path: &Path, hasher: &mut DefaultHasher) {
    path.hash(hasher);
    fs::read(path).ok().hash(hasher);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    struct Folder {
        dir: tempfile::TempDir,
        changes: Receiver<()>,
        _watcher: Watcher,
    }

    impl Folder {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join("src")).unwrap();
            fs::write(dir.path().join("src/lib.rs"), "old").unwrap();
            let (sender, changes) = mpsc::channel();
            let mut watcher = Watcher::new(move || sender.send(()).unwrap_or(())).unwrap();
            watcher.watch(dir.path()).unwrap();
            Folder { dir, changes, _watcher: watcher }
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join("src/lib.rs")
        }

        fn changed(&self) -> bool {
            self.changes.recv_timeout(Duration::from_secs(2)).is_ok()
        }
    }

    /// Would catch: watching the file, whose watch is lost with the first file put in its place.
    #[test]
    fn every_way_to_save_is_noticed_again_and_again() {
        let folder = Folder::new();
        let (path, other) = (folder.path(), folder.dir.path().join("src/.lib.rs.swp"));
        for round in 0..3 {
            fs::write(&path, format!("written in place {round}")).unwrap();
            assert!(folder.changed(), "in place, round {round}");
            fs::write(&other, format!("renamed over {round}")).unwrap();
            fs::rename(&other, &path).unwrap();
            assert!(folder.changed(), "renamed over, round {round}");
            fs::remove_file(&path).unwrap();
            assert!(folder.changed(), "deleted, round {round}");
            let mut file = fs::File::create_new(&path).unwrap();
            file.write_all(format!("created {round}").as_bytes()).unwrap();
            drop(file);
            assert!(folder.changed(), "created, round {round}");
            while folder.changes.recv_timeout(Duration::from_millis(60)).is_ok() {}
        }
    }

    /// Would catch: checks started by the compiler's reading, or by a save without a change.
    #[test]
    fn reading_and_saving_the_same_start_nothing() {
        let folder = Folder::new();
        for _ in 0..20 {
            fs::read(folder.path()).unwrap();
        }
        fs::write(folder.dir.path().join("src/notes.txt"), "no code").unwrap();
        let copy = folder.dir.path().join("src/copy");
        fs::write(&copy, "old").unwrap();
        fs::rename(&copy, folder.path()).unwrap();
        assert!(folder.changes.recv_timeout(Duration::from_millis(300)).is_err());
    }

    /// Would catch: a hash taken too late, or a watch that stays at the first folder.
    #[test]
    fn after_moving_on_only_the_new_folder_counts() {
        let mut first = Folder::new();
        let second = Folder::new();
        first._watcher.watch(second.dir.path()).unwrap();
        fs::write(first.path(), "too late").unwrap();
        assert!(first.changes.recv_timeout(Duration::from_millis(200)).is_err());
        fs::write(second.path(), "new").unwrap();
        assert!(first.changed());
    }
}
