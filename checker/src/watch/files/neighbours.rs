//! Reports what happens to the other exercises: the learner's file of one is saved, or exercises come and go.
//!
//! The whole folder of the exercises is watched, with a watcher of its own, so that the one of the current exercise need
//! not look at files that do not concern it.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Result;
use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::{Means, POLL, may_change_content};
use crate::system::files;

/// Watches the folder of the exercises until it is dropped.
pub struct Neighbours {
    /// `None` if the system sends no events.
    _native: Option<RecommendedWatcher>,
    _looker: Sender<Touched>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The learner's file of the exercise in this folder has changed, and no other one at the same time.
    Saved(PathBuf),
    /// There are other exercises, or other manifests.
    Course,
}

/// What may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touched {
    Source,
    /// A manifest or a folder.
    Structure,
}

/// A save is over when nothing has happened for this long.
const SAVED: Duration = Duration::from_millis(60);
/// Git, or an update, changes many files, and cargo understands the course only when it is done.
const SETTLED: Duration = Duration::from_millis(400);

impl Neighbours {
    /// `report` is called on another thread.
    pub fn new(means: Means, root: &Path, report: impl Fn(News) + Send + 'static) -> Result<Neighbours> {
        let (looker, touched) = mpsc::channel();
        let exercises = root.join("exercises");
        let native = match means {
            Means::Events if files::quiet_file_system(&exercises).is_none() => native(&exercises, looker.clone()).ok(),
            Means::Events | Means::Polling => None,
        };
        let (seen, polls) = (Seen::of(root), native.is_none());
        let mut look = Look { root: root.to_owned(), seen, source: None, structure: None };
        thread::Builder::new().name("neighbours".to_owned()).spawn(move || look.go_on(&touched, polls, &report))?;
        Ok(Neighbours { _native: native, _looker: looker })
    }
}

fn native(exercises: &Path, looker: Sender<Touched>) -> notify::Result<RecommendedWatcher> {
    let handler = move |event: notify::Result<notify::Event>| match event {
        Ok(event) if !may_change_content(event.kind) => {}
        Ok(event) => event.paths.iter().filter_map(|path| touched(event.kind, path)).for_each(|touched| {
            let _ = looker.send(touched);
        }),
        // Events may have been lost.
        Err(_) => [Touched::Source, Touched::Structure].into_iter().for_each(|touched| {
            let _ = looker.send(touched);
        }),
    };
    let mut native = RecommendedWatcher::new(handler, notify::Config::default())?;
    native.watch(exercises, RecursiveMode::Recursive)?;
    Ok(native)
}

fn touched(kind: EventKind, path: &Path) -> Option<Touched> {
    let moved = matches!(kind, EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    match path.file_name()?.to_str()? {
        "lib.rs" => Some(Touched::Source),
        "Cargo.toml" => Some(Touched::Structure),
        // A folder, perhaps. One that is gone cannot be asked.
        name if moved && !name.contains('.') => Some(Touched::Structure),
        _ => None,
    }
}

/// The state of the thread that compares files.
struct Look {
    root: PathBuf,
    seen: Seen,
    /// When to compare.
    source: Option<Instant>,
    structure: Option<Instant>,
}

impl Look {
    fn go_on(&mut self, messages: &Receiver<Touched>, polls: bool, report: &dyn Fn(News)) {
        loop {
            let due = [self.source, self.structure].into_iter().flatten().min();
            let patience = due.map(|due| due.saturating_duration_since(Instant::now()));
            let message = match patience.or(polls.then_some(POLL)) {
                Some(patience) => messages.recv_timeout(patience),
                None => messages.recv().map_err(RecvTimeoutError::from),
            };
            let now = Instant::now();
            match message {
                Ok(Touched::Source) => self.source = Some(now + SAVED),
                Ok(Touched::Structure) => self.structure = Some(now + SETTLED),
                Err(RecvTimeoutError::Timeout) if patience.is_none() => self.compare(report),
                Err(RecvTimeoutError::Timeout) => self.compare_if_due(now, report),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn compare_if_due(&mut self, now: Instant, report: &dyn Fn(News)) {
        // While the course changes, a new file is not a save of the learner's.
        let due = self.structure.or(self.source);
        if due.is_some_and(|due| due <= now) {
            (self.source, self.structure) = (None, None);
            self.compare(report);
        } else if self.structure.is_some() {
            self.source = None;
        }
    }

    fn compare(&mut self, report: &dyn Fn(News)) {
        let new = self.seen.again(&self.root);
        let old = std::mem::replace(&mut self.seen, new);
        if self.seen.manifests != old.manifests {
            return report(News::Course);
        }
        let changed =
            |(dir, stamp): &(&PathBuf, &Stamp)| old.sources.get(*dir).is_some_and(|old| old.hash != stamp.hash);
        let mut saved = self.seen.sources.iter().filter(changed);
        // Whatever changes several files at once is not a learner with an editor.
        if let (Some((dir, _)), None) = (saved.next(), saved.next()) {
            report(News::Saved(dir.clone()));
        }
    }
}

/// The learner's files and the manifests, as they were at some time.
#[derive(Default)]
struct Seen {
    /// By the folder of the exercise.
    sources: BTreeMap<PathBuf, Stamp>,
    manifests: BTreeMap<PathBuf, Stamp>,
}

/// A version of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    hash: u64,
}

impl Seen {
    fn of(root: &Path) -> Seen {
        Seen::default().again(root)
    }

    /// Reads only the files that were written since.
    fn again(&self, root: &Path) -> Seen {
        let mut seen = Seen::default();
        let root_manifest = root.join("Cargo.toml");
        seen.manifests.extend(stamp(&root_manifest, &self.manifests, &root_manifest));
        for dir in folders(&root.join("exercises")).iter().flat_map(|chapter| folders(chapter)) {
            seen.manifests.extend(stamp(&dir, &self.manifests, &dir.join("Cargo.toml")));
            let source = dir.join("src").join("lib.rs");
            // A save may remove the file for a moment.
            let found = stamp(&dir, &self.sources, &source).or_else(|| Some((dir.clone(), *self.sources.get(&dir)?)));
            seen.sources.extend(found);
        }
        seen
    }
}

/// The version of `file` now; the one in `before`, by its `key`, if the file was not written since.
fn stamp(key: &Path, before: &BTreeMap<PathBuf, Stamp>, file: &Path) -> Option<(PathBuf, Stamp)> {
    let modified = fs::metadata(file).ok()?.modified().ok();
    let known = before.get(key).filter(|known| known.modified.is_some() && known.modified == modified);
    let hash = match known {
        Some(known) => known.hash,
        None => {
            let mut hasher = DefaultHasher::new();
            fs::read(file).ok()?.hash(&mut hasher);
            hasher.finish()
        }
    };
    Some((key.to_owned(), Stamp { modified, hash }))
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Course {
        root: tempfile::TempDir,
        news: Receiver<News>,
        _neighbours: Neighbours,
    }

    impl Course {
        fn new(means: Means) -> Course {
            let root = tempfile::tempdir().unwrap();
            ["a", "b"].iter().for_each(|name| make(root.path(), name));
            let (sender, news) = mpsc::channel();
            let report = move |news| sender.send(news).unwrap_or(());
            let neighbours = Neighbours::new(means, root.path(), report).unwrap();
            Course { root, news, _neighbours: neighbours }
        }

        fn dir(&self, name: &str) -> PathBuf {
            self.root.path().join("exercises/01_x").join(name)
        }

        fn next(&self) -> Option<News> {
            self.news.recv_timeout(Duration::from_secs(3)).ok()
        }

        fn is_quiet(&self) -> bool {
            self.news.recv_timeout(Duration::from_millis(800)).is_err()
        }
    }

    fn make(root: &Path, name: &str) {
        let dir = root.join("exercises/01_x").join(name);
        fs::create_dir_all(dir.join("src")).unwrap();
        fs::write(dir.join("Cargo.toml"), name).unwrap();
        fs::write(dir.join("src/lib.rs"), "old").unwrap();
    }

    /// Would catch: a save that is not noticed, or one that is invented.
    #[test]
    fn a_save_of_one_exercise_is_reported_and_one_of_several_is_not() {
        for means in [Means::Events, Means::Polling] {
            let course = Course::new(means);
            let (a, b) = (course.dir("a"), course.dir("b"));
            for round in 0..2 {
                fs::write(b.join("src/lib.rs"), format!("in place {round}")).unwrap();
                assert_eq!(course.next(), Some(News::Saved(b.clone())), "{means:?}");
                fs::write(a.join("src/.lib.rs.swp"), format!("renamed over {round}")).unwrap();
                fs::rename(a.join("src/.lib.rs.swp"), a.join("src/lib.rs")).unwrap();
                assert_eq!(course.next(), Some(News::Saved(a.clone())), "{means:?}");
            }
            fs::write(a.join("src/lib.rs"), "renamed over 1").unwrap();
            assert!(course.is_quiet(), "the same text");
            [&a, &b].iter().for_each(|dir| fs::write(dir.join("src/lib.rs"), "both").unwrap());
            assert!(means == Means::Polling || course.is_quiet(), "both at once");
        }
    }

    #[test]
    fn exercises_that_come_and_go_are_reported_once() {
        let course = Course::new(Means::Events);
        make(course.root.path(), "c");
        assert_eq!(course.next(), Some(News::Course));
        assert!(course.is_quiet());
        fs::remove_dir_all(course.dir("a")).unwrap();
        assert_eq!(course.next(), Some(News::Course));
        fs::write(course.dir("b").join("Cargo.toml"), "another title").unwrap();
        assert_eq!(course.next(), Some(News::Course));
        fs::rename(course.dir("b"), course.dir("d")).unwrap();
        assert_eq!(course.next(), Some(News::Course));
        fs::write(course.dir("c").join("src/lib.rs"), "new").unwrap();
        assert_eq!(course.next(), Some(News::Saved(course.dir("c"))), "a new folder is watched, too");
    }
}
