//! Tells when the files of an exercise have another content than before.
//!
//! The folder is watched, not the file: many editors put a new file in its place. A file that is a link is watched where
//! it really lies, too. Events only say when to look; a hash of the content decides, so that reading and touching start
//! nothing.

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
#[cfg(all(test, unix))]
mod unix;

/// Watches one exercise at a time. Dropping it ends that.
pub struct Watcher {
    /// `None` where there are no events to be had.
    aim: Shared,
    looker: Sender<Message>,
}

/// Both the watch and the thread that looks aim the events.
type Shared = Arc<Mutex<Option<Aim>>>;

/// How to find out when to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The system's events, and the clock where there are none.
    Events,
    Polling,
}

enum Message {
    Touched,
    /// Something came, went, or has another name: it may be a folder, or a link.
    Moved,
    /// From now on this folder matters, whose files are of this version.
    Watch(PathBuf, Version),
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

    /// Watches `dir` instead of what was watched before. The note is as that of [`Watcher::new`].
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

/// Looks after every event, or at every tick of the clock, and says when something has changed.
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
            // Before the look, so that what changes after it is an event.
            if has_moved && let Some(aim) = lock(aim).as_mut() {
                // A folder that is not there now is an event when it comes.
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

/// Reading, which cargo does all the time, does not.
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
        /// Of its own, so that nothing else happens beside the exercise.
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

    /// Would catch: checks started by the compiler's reading, or by a save without a change.
    #[test]
    fn reading_and_saving_the_same_start_nothing() {
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

    /// Would catch: a hash taken too late, or a watch that stays at the first folder.
    #[test]
    fn after_moving_on_only_the_new_folder_counts() {
        let first = Folder::new(Means::Events);
        let second = Folder::new(Means::Events);
        assert_eq!(first.watcher.watch(&second.dir()), None);
        fs::write(first.path(), "too late").unwrap();
        assert!(first.changes.recv_timeout(Duration::from_millis(200)).is_err());
        fs::write(second.path(), "new").unwrap();
        assert!(first.changed());
    }

    /// Would catch: a watch that stays at a folder which has gone.
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

    /// Would catch: a word about a missing file in the middle of a save.
    #[test]
    fn a_file_that_is_away_for_a_moment_is_one_change() {
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
