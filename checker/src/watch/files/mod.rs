//! Reports when the content of an exercise's files has changed.
//!
//! It watches the folder, not the file, because many editors replace the file. If a file is a link, the folder of its
//! target is watched, too. An event only triggers a comparison of content hashes, so that reading or touching a
//! file starts no check.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, Watcher as _};

use self::aim::Aim;
use crate::course::version::Version;
use crate::system::files;

mod aim;
pub mod neighbours;
#[cfg(all(test, unix))]
mod unix;

/// Watches one exercise at a time, until it is dropped.
pub struct Watcher {
    /// `None` if the system sends no events.
    aim: Shared,
    looker: Sender<Message>,
}

/// Shared, because both the watch and its thread change which folders are watched.
type Shared = Arc<Mutex<Option<Aim>>>;

/// How to find out that files may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The system's events, or polling if there are none.
    Events,
    Polling,
}

enum Message {
    Touched,
    /// Something was created, removed or renamed. It may be a folder or a link.
    Moved,
    /// Watch this folder from now on; its files have this version.
    Watch(PathBuf, Version),
    /// Poll from now on, too.
    Poll,
}

/// One save causes several events. It is over when none has arrived for this long.
const QUIET: Duration = Duration::from_millis(8);
/// The maximum time to wait for the end of a save.
const PATIENCE: Duration = Duration::from_millis(30);
/// How often to poll if the system sends no events.
const POLL: Duration = Duration::from_millis(500);

impl Watcher {
    /// `changed` is called on another thread whenever the content has changed. The note, if any, tells the learner why
    /// the watch polls.
    pub fn new(means: Means, changed: impl Fn() + Send + 'static) -> Result<(Watcher, Option<String>)> {
        let (looker, messages) = mpsc::channel();
        let aim = Shared::default();
        let shared = Arc::clone(&aim);
        thread::Builder::new().name("watcher".to_owned()).spawn(move || look(&messages, &shared, &changed))?;
        let watcher = Watcher { aim, looker };
        if means == Means::Polling {
            let note = watcher.poll("as you asked for");
            return Ok((watcher, Some(note)));
        }
        let looker = watcher.looker.clone();
        let handler = move |event: notify::Result<notify::Event>| {
            // An error may mean that events were lost.
            match event.map(|event| event.kind) {
                Ok(kind) if !may_change_content(kind) => {}
                Ok(EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) | Err(_) => {
                    let _ = looker.send(Message::Moved);
                }
                Ok(_) => drop(looker.send(Message::Touched)),
            }
        };
        let note = match RecommendedWatcher::new(handler, notify::Config::default()) {
            Ok(native) => {
                *lock(&watcher.aim) = Some(Aim::new(native));
                None
            }
            Err(error) => Some(watcher.poll(&without_events(&error))),
        };
        Ok((watcher, note))
    }

    /// Watches `dir` instead of the previous folder. The note is the same as for [`Watcher::new`].
    pub fn watch(&self, dir: &Path) -> Option<String> {
        let mut note = None;
        let mut shared = lock(&self.aim);
        if let Some(aim) = shared.as_mut() {
            if let Err(error) = aim.at(dir) {
                *shared = None;
                note = Some(self.poll(&without_events(&error)));
            } else if let Some(kind) = aim.folders().find_map(files::quiet_file_system) {
                note = Some(self.poll(&format!("as {kind} does not tell of every save")));
            }
        }
        drop(shared);
        let _ = self.looker.send(Message::Watch(dir.to_owned(), Version::of(dir)));
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

/// Compares the files after each event, or at regular intervals if it polls, and reports changes.
fn look(messages: &Receiver<Message>, aim: &Shared, changed: &dyn Fn()) {
    let mut watched: Option<(PathBuf, Version)> = None;
    let mut polls = false;
    loop {
        let first = if polls { messages.recv_timeout(POLL) } else { messages.recv().map_err(RecvTimeoutError::from) };
        let mut next = match first {
            Err(RecvTimeoutError::Disconnected) => return,
            first => first.ok(),
        };
        let until = Instant::now() + PATIENCE;
        let mut has_moved = false;
        while let Some(message) = next {
            match message {
                Message::Watch(dir, version) => watched = Some((dir, version)),
                Message::Poll => polls = true,
                Message::Touched => {}
                Message::Moved => has_moved = true,
            }
            let left = until.saturating_duration_since(Instant::now());
            next = messages.recv_timeout(QUIET.min(left)).ok();
        }
        if let Some((dir, version)) = &mut watched {
            files::appears(&dir.join("src").join("lib.rs"), files::ABSENCE);
            // Before the files are compared, so that later changes cause events.
            if has_moved && let Some(aim) = lock(aim).as_mut() {
                // If the folder is missing now, its creation will cause an event.
                let _ = aim.again();
            }
            let new = Version::of(dir);
            if new != *version {
                *version = new;
                changed();
            }
        }
    }
}

/// Reading does not, and cargo reads all the time.
fn may_change_content(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}

fn lock(aim: &Shared) -> MutexGuard<'_, Option<Aim>> {
    aim.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

    pub struct Folder {
        /// A folder of its own, so that nothing else happens beside the exercise.
        around: tempfile::TempDir,
        pub changes: Receiver<()>,
        watcher: Watcher,
    }

    impl Folder {
        pub fn new(means: Means) -> Self {
            let around = tempfile::tempdir().unwrap();
            let dir = around.path().join("exercise");
            fs::create_dir_all(dir.join("src")).unwrap();
            fs::write(dir.join("src/lib.rs"), "old").unwrap();
            let (sender, changes) = mpsc::channel();
            let (watcher, note) = Watcher::new(means, move || sender.send(()).unwrap_or(())).unwrap();
            assert_eq!(note.is_some(), means == Means::Polling);
            assert_eq!(watcher.watch(&dir), None);
            Folder { around, changes, watcher }
        }

        pub fn dir(&self) -> PathBuf {
            self.around.path().join("exercise")
        }

        pub fn path(&self) -> PathBuf {
            self.dir().join("src/lib.rs")
        }

        pub fn changed(&self) -> bool {
            self.changes.recv_timeout(Duration::from_secs(2)).is_ok()
        }
    }

    /// Would catch: watching the file, because the watch is lost when the file is replaced.
    #[test]
    fn every_way_to_save_is_noticed_every_time() {
        every_way_to_save_is_noticed_by(Means::Events);
    }

    /// Would catch: a fallback that was never tried.
    #[test]
    fn without_events_every_save_is_noticed_by_polling() {
        every_way_to_save_is_noticed_by(Means::Polling);
    }

    fn every_way_to_save_is_noticed_by(means: Means) {
        let folder = Folder::new(means);
        let (path, other) = (folder.path(), folder.dir().join("src/.lib.rs.swp"));
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

    /// Would catch: a check started by the compiler's reading, or by a save without a change.
    #[test]
    fn reading_and_saving_without_a_change_are_not_reported() {
        let folder = Folder::new(Means::Events);
        for _ in 0..20 {
            fs::read(folder.path()).unwrap();
        }
        fs::write(folder.dir().join("src/notes.txt"), "no code").unwrap();
        let copy = folder.dir().join("src/copy");
        fs::write(&copy, "old").unwrap();
        fs::rename(&copy, folder.path()).unwrap();
        assert!(folder.changes.recv_timeout(Duration::from_millis(300)).is_err());
    }

    /// Would catch: a hash taken too late, or a watch that stays on the first folder.
    #[test]
    fn only_the_last_watched_folder_is_reported() {
        let first = Folder::new(Means::Events);
        let second = Folder::new(Means::Events);
        assert_eq!(first.watcher.watch(&second.dir()), None);
        fs::write(first.path(), "too late").unwrap();
        assert!(first.changes.recv_timeout(Duration::from_millis(200)).is_err());
        fs::write(second.path(), "new").unwrap();
        assert!(first.changed());
    }

    /// Would catch: a watch that stays on a folder that has been removed.
    #[test]
    fn a_folder_that_was_replaced_is_watched_again() {
        let around = tempfile::tempdir().unwrap();
        let dir = around.path().join("exercise");
        let make = |text: &str| {
            fs::create_dir_all(dir.join("src")).unwrap();
            fs::write(dir.join("src/lib.rs"), text).unwrap();
        };
        make("old");
        let (sender, changes) = mpsc::channel();
        let (watcher, _) = Watcher::new(Means::Events, move || sender.send(()).unwrap_or(())).unwrap();
        assert_eq!(watcher.watch(&dir), None);
        for round in 0..3 {
            fs::rename(&dir, around.path().join(format!("old-{round}"))).unwrap();
            make(&format!("new {round}"));
            assert!(changes.recv_timeout(Duration::from_secs(2)).is_ok(), "replaced, round {round}");
            while changes.recv_timeout(Duration::from_millis(300)).is_ok() {}
            fs::write(dir.join("src/lib.rs"), format!("saved {round}")).unwrap();
            assert!(changes.recv_timeout(Duration::from_secs(2)).is_ok(), "saved, round {round}");
        }
    }

    /// Would catch: a report of a missing file in the middle of a save.
    #[test]
    fn a_file_that_is_missing_for_a_moment_is_one_change() {
        let folder = Folder::new(Means::Events);
        let (path, aside) = (folder.path(), folder.dir().join("src/lib.rs~"));
        fs::rename(&path, &aside).unwrap();
        thread::sleep(Duration::from_millis(50));
        fs::write(&path, "new").unwrap();
        fs::remove_file(&aside).unwrap();
        assert!(folder.changed());
        assert!(folder.changes.recv_timeout(Duration::from_millis(400)).is_err(), "a second change");
    }
}
