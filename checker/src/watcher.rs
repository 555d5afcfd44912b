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

use anyhow::Result;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::files;

/// Watches one exercise at a time. Dropping it ends that.
pub struct Watcher {
    /// `None` where there are no events to be had.
    native: Option<RecommendedWatcher>,
    looker: Sender<Message>,
    dir: Option<PathBuf>,
}

/// How to find out when to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The system's events, and the clock where there are none.
    Events,
    Polling,
}

enum Message {
    Touched,
    /// From now on this folder matters, whose content has this hash.
    Watch(PathBuf, u64),
    /// From now on look at the clock, too.
    Poll,
}

/// A save comes as several events. This long without one, and it is over.
const QUIET: Duration = Duration::from_millis(8);
/// But no longer than this altogether.
const PATIENCE: Duration = Duration::from_millis(30);
/// How often to look where the system sends no events.
const POLL: Duration = Duration::from_millis(500);

impl Watcher {
    /// `changed` is called, on another thread, whenever the content has changed. The note, if there is one, is for the
    /// learner: how it works, if not as usual.
    pub fn new(means: Means, changed: impl Fn() + Send + 'static) -> Result<(Watcher, Option<String>)> {
        let (looker, messages) = mpsc::channel();
        thread::Builder::new().name("watcher".to_owned()).spawn(move || look(&messages, &changed))?;
        let mut watcher = Watcher { native: None, looker, dir: None };
        if means == Means::Polling {
            let note = watcher.poll("as you asked for");
            return Ok((watcher, Some(note)));
        }
        let looker = watcher.looker.clone();
        let handler = move |event: notify::Result<notify::Event>| {
            // An error may mean that events were lost.
            if event.map_or(true, |event| may_change_content(event.kind)) {
                let _ = looker.send(Message::Touched);
            }
        };
        let note = match RecommendedWatcher::new(handler, notify::Config::default()) {
            Ok(native) => {
                watcher.native = Some(native);
                None
            }
            Err(error) => Some(watcher.poll(&without_events(&error))),
        };
        Ok((watcher, note))
    }

    /// Watches `dir` instead of what was watched before. The note is as that of [`Watcher::new`].
    pub fn watch(&mut self, dir: &Path) -> Option<String> {
        let old = self.dir.replace(dir.to_owned());
        let mut note = None;
        if let Some(native) = &mut self.native {
            if let Some(old) = old {
                let _ = native.unwatch(&old);
            }
            if let Err(error) = native.watch(dir, RecursiveMode::Recursive) {
                self.native = None;
                note = Some(self.poll(&without_events(&error)));
            } else if let Some(kind) = files::quiet_file_system(dir) {
                note = Some(self.poll(&format!("as {kind} does not tell of every save")));
            }
        }
        let _ = self.looker.send(Message::Watch(dir.to_owned(), fingerprint(dir)));
        note
    }

    fn poll(&self, why: &str) -> String {
        let _ = self.looker.send(Message::Poll);
        format!("files are looked at twice a second, {why}")
    }
}

fn without_events(error: &notify::Error) -> String {
    format!("as the system sends no events ({error})")
}

/// Looks after every event, or at every tick of the clock, and says when something has changed.
fn look(messages: &Receiver<Message>, changed: &dyn Fn()) {
    let mut watched: Option<(PathBuf, u64)> = None;
    let mut polls = false;
    loop {
        let first = if polls { messages.recv_timeout(POLL) } else { messages.recv().map_err(RecvTimeoutError::from) };
        let mut next = match first {
            Err(RecvTimeoutError::Disconnected) => return,
            first => first.ok(),
        };
        let until = Instant::now() + PATIENCE;
        while let Some(message) = next {
            match message {
                Message::Watch(dir, hash) => watched = Some((dir, hash)),
                Message::Poll => polls = true,
                Message::Touched => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            next = messages.recv_timeout(QUIET.min(left)).ok();
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
        watcher: Watcher,
    }

    impl Folder {
        fn new(means: Means) -> Self {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir(dir.path().join("src")).unwrap();
            fs::write(dir.path().join("src/lib.rs"), "old").unwrap();
            let (sender, changes) = mpsc::channel();
            let (mut watcher, note) = Watcher::new(means, move || sender.send(()).unwrap_or(())).unwrap();
            assert_eq!(note.is_some(), means == Means::Polling);
            assert_eq!(watcher.watch(dir.path()), None);
            Folder { dir, changes, watcher }
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
        every_way_to_save_is_noticed_by(Means::Events);
    }

    /// Would catch: a fallback that was never tried.
    #[test]
    fn without_events_the_clock_will_do() {
        every_way_to_save_is_noticed_by(Means::Polling);
    }

    fn every_way_to_save_is_noticed_by(means: Means) {
        let folder = Folder::new(means);
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
        let folder = Folder::new(Means::Events);
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
        let mut first = Folder::new(Means::Events);
        let second = Folder::new(Means::Events);
        assert_eq!(first.watcher.watch(second.dir.path()), None);
        fs::write(first.path(), "too late").unwrap();
        assert!(first.changes.recv_timeout(Duration::from_millis(200)).is_err());
        fs::write(second.path(), "new").unwrap();
        assert!(first.changed());
    }
}
