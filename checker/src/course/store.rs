//! The progress file: read without a lock, changed under a lock, and replaced atomically.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use trace::Trace;

use crate::course::progress::{Progress, SCHEMA};
use crate::error::{COMMAND, UserError};

/// The folder for the progress and the backups of a course.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

/// A schedule in which a test failed, for a replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedSchedule {
    pub test: String,
    /// Which task the scheduler chose at each scheduling point.
    pub choices: Vec<u32>,
    /// The number, the budget and the seed that the check gave it. A replay runs one schedule, and would give others.
    #[serde(default)]
    found: Option<(u32, u32, u64)>,
}

impl FailedSchedule {
    pub fn new(test: &str, trace: &Trace) -> FailedSchedule {
        let found = Some((trace.schedule, trace.budget, trace.seed));
        FailedSchedule { test: test.to_owned(), choices: trace.choices.clone(), found }
    }

    /// Gives `trace`, from a replay, the number under which the check found this schedule.
    pub fn number(&self, trace: &mut Trace) {
        if let Some(found) = self.found {
            (trace.schedule, trace.budget, trace.seed) = found;
        }
    }
}

/// The result of reading: the progress, and the condition of the file.
#[derive(Debug)]
pub struct Read {
    pub progress: Progress,
    pub condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Sound,
    /// Not written by this program; says why.
    Damaged(String),
    /// Written by a later version of this program, with this schema.
    Newer(u64),
    /// The file could not be read; says why.
    Unreadable(String),
}

/// The result of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    Yes,
    /// The file was damaged. It was moved to this path.
    Afresh(PathBuf),
    /// The file could not be written; says why. The work continues.
    No(String),
}

impl Store {
    pub fn new(root: &Path) -> Self {
        Self { dir: root.join(".checker") }
    }

    pub fn file(&self) -> PathBuf {
        self.dir.join("progress.json")
    }

    /// The folder of the backups of `exercise`.
    pub fn backups(&self, exercise: &str) -> PathBuf {
        self.dir.join("backup").join(exercise)
    }

    /// The file of the last failed schedules of `exercise`.
    fn failure(&self, exercise: &str) -> PathBuf {
        self.dir.join("failure").join(format!("{exercise}.json"))
    }

    /// The last failed schedules of `exercise`, the decisive one first.
    pub fn failed_schedules(&self, exercise: &str) -> Vec<FailedSchedule> {
        let stored = || serde_json::from_slice(&fs::read(self.failure(exercise)).ok()?).ok();
        stored().unwrap_or_default()
    }

    /// Stores the failed schedules of `exercise` for a replay, or removes the previous ones. Errors are ignored, because
    /// a schedule can be found again.
    pub fn keep_failed_schedules(&self, exercise: &str, failed: &[FailedSchedule]) {
        let file = self.failure(exercise);
        if failed.is_empty() {
            let _ = fs::remove_file(file);
            return;
        }
        let keep = || -> Result<()> {
            fs::create_dir_all(file.parent().context("it lies in a folder")?)?;
            Ok(replace(&file, &serde_json::to_vec(failed)?)?)
        };
        let _ = keep();
    }

    /// Reads the file and never writes.
    pub fn read(&self) -> Read {
        let found = match fs::read(self.file()) {
            Ok(bytes) => parse(&bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Progress::default()),
            Err(error) => Err(Condition::Unreadable(error.to_string())),
        };
        match found {
            Ok(progress) => Read { progress, condition: Condition::Sound },
            Err(condition) => Read { progress: Progress::default(), condition },
        }
    }

    /// Returns an error if there is progress that must not be overwritten.
    pub fn require_known_version(&self) -> Result<()> {
        match self.read().condition {
            Condition::Newer(schema) => Err(self.newer(schema).into()),
            Condition::Sound | Condition::Damaged(_) | Condition::Unreadable(_) => Ok(()),
        }
    }

    /// Changes the progress on disk, which another checker may have changed since it was read.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) -> Result<Saved> {
        match self.try_update(change) {
            Ok(saved) => Ok(saved),
            Err(error) if error.is::<UserError>() => Err(error),
            Err(error) => Ok(Saved::No(format!("{error:#}"))),
        }
    }

    fn try_update(&self, change: impl FnOnce(&mut Progress)) -> Result<Saved> {
        fs::create_dir_all(&self.dir).with_context(|| format!("{} cannot be made", self.dir.display()))?;
        let lock = self.dir.join("lock");
        let lock = File::create(&lock).with_context(|| format!("{} cannot be opened", lock.display()))?;
        lock.lock().context("the progress file cannot be locked")?;

        let Read { mut progress, condition } = self.read();
        let saved = match condition {
            Condition::Sound => Saved::Yes,
            Condition::Newer(schema) => return Err(self.newer(schema).into()),
            Condition::Unreadable(why) => anyhow::bail!("{} cannot be read: {why}", self.file().display()),
            Condition::Damaged(_) => Saved::Afresh(self.set_aside()?),
        };
        change(&mut progress);
        let mut text = serde_json::to_vec_pretty(&progress)?;
        text.push(b'\n');
        replace(&self.file(), &text).with_context(|| format!("{} cannot be written", self.file().display()))?;
        Ok(saved)
    }

    fn newer(&self, schema: u64) -> UserError {
        UserError::new(
            format!(
                "{} was written by a newer checker (schema {schema}; this one knows {SCHEMA})",
                self.file().display()
            ),
            format!("update the exercises with `{COMMAND} update`, or move the file away to start afresh"),
        )
    }

    /// Moves a damaged file to an unused name.
    fn set_aside(&self) -> Result<PathBuf> {
        let names = (1..).map(|n| self.dir.join(format!("progress.json.damaged-{n}")));
        let free = names.into_iter().find(|path| !path.exists()).context("no name is free")?;
        fs::rename(self.file(), &free).with_context(|| format!("{} cannot be set aside", self.file().display()))?;
        Ok(free)
    }
}

impl Condition {
    /// A note for commands that only read the progress.
    pub fn note(&self, file: &Path) -> Option<String> {
        let file = file.display();
        match self {
            Condition::Sound => None,
            Condition::Damaged(why) => Some(format!(
                "note: {file} is damaged ({why}), so nothing counts as solved; the next check keeps it aside"
            )),
            Condition::Newer(schema) => Some(format!(
                "note: {file} was written by a newer checker (schema {schema}), so nothing counts as solved here"
            )),
            Condition::Unreadable(why) => {
                Some(format!("note: {file} cannot be read ({why}), so nothing counts as solved"))
            }
        }
    }
}

impl Saved {
    pub fn note(&self) -> Option<String> {
        match self {
            Saved::Yes => None,
            Saved::Afresh(old) => Some(format!(
                "note: the progress file was damaged; it is kept as {}, and a new one begun",
                old.display()
            )),
            Saved::No(why) => Some(format!("note: progress is not saved: {why}")),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Progress, Condition> {
    let damaged = |error: serde_json::Error| Condition::Damaged(error.to_string());
    let value: Value = serde_json::from_slice(bytes).map_err(damaged)?;
    match value.get("schema").and_then(Value::as_u64) {
        Some(SCHEMA) => serde_json::from_value(value).map_err(damaged),
        Some(newer) if newer > SCHEMA => Err(Condition::Newer(newer)),
        _ => Err(Condition::Damaged("it has no known schema".to_owned())),
    }
}

/// Replaces the content of `path` by `bytes`. At any moment, the file has either the old or the new content.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let new = path.with_file_name(name);
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let replaced = written.and_then(|()| fs::rename(&new, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&new);
        return replaced;
    }
    // Makes the new name survive a power failure as well. Some file systems do not support this, and do not need it.
    if let Some(dir) = path.parent() {
        let _ = File::open(dir).and_then(|dir| dir.sync_all());
    }
    Ok(())
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str) -> (tempfile::TempDir, Store) {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path());
        fs::create_dir_all(root.path().join(".checker")).unwrap();
        fs::write(store.file(), text).unwrap();
        (root, store)
    }

    /// Would catch: a replay that calls the interleaving by another number than the check did, or loses the second test.
    #[test]
    fn failed_schedules_are_kept_in_order_with_the_number_that_the_check_gave_them() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path());
        let found = |schedule| Trace { schedule, budget: 1000, seed: 3, choices: vec![0, 1], ..Trace::default() };
        let failed = [FailedSchedule::new("b", &found(7)), FailedSchedule::new("a", &found(5))];
        store.keep_failed_schedules("abba", &failed);
        assert_eq!(store.failed_schedules("abba"), failed);
        let mut replayed = Trace { schedule: 1, choices: vec![0, 1], ..Trace::default() };
        failed[0].number(&mut replayed);
        assert_eq!(replayed, found(7));
        store.keep_failed_schedules("abba", &[]);
        assert_eq!(store.failed_schedules("abba"), []);
        // As the first version wrote it.
        fs::write(store.failure("abba"), r#"{"test":"b","choices":[0]}"#).unwrap();
        assert_eq!(store.failed_schedules("abba"), []);
    }

    /// Would catch: a damaged file that is overwritten, or moved over an earlier one.
    #[test]
    fn a_damaged_file_is_moved_aside_every_time() {
        let (root, store) = with_file("{\"schema\":1,");
        for n in 1..=2 {
            fs::write(store.file(), format!("damage {n}")).unwrap();
            let aside = root.path().join(format!(".checker/progress.json.damaged-{n}"));
            let saved = store.update(|progress| progress.record("abba", Some(5))).unwrap();
            assert_eq!(saved, Saved::Afresh(aside.clone()));
            assert_eq!(fs::read_to_string(aside).unwrap(), format!("damage {n}"));
            assert!(store.read().progress.is_solved("abba"));
        }
    }

    /// Would catch: reading that repairs the file, and so loses whatever it could not parse.
    #[test]
    fn reading_changes_nothing() {
        for text in ["damage", "{\"schema\":99,\"exercises\":7}", "{}", "{\"schema\":1,\"exercises\":[]}"] {
            let (root, store) = with_file(text);
            let read = store.read();
            assert_ne!(read.condition, Condition::Sound, "{text}");
            assert!(read.condition.note(&store.file()).is_some());
            assert_eq!(fs::read_to_string(store.file()).unwrap(), text);
            assert_eq!(fs::read_dir(root.path().join(".checker")).unwrap().count(), 1);
        }
    }

    /// Would catch: an old schema written over a newer one.
    #[test]
    fn a_newer_file_is_never_overwritten() {
        let text = "{\"schema\":2,\"exercises\":{\"abba\":{\"stars\":3}}}";
        let (_root, store) = with_file(text);
        assert!(store.update(|progress| progress.record("abba", Some(5))).is_err());
        assert!(store.require_known_version().is_err());
        assert_eq!(fs::read_to_string(store.file()).unwrap(), text);
    }

    /// Would catch: concurrent checkers that each write back the progress they read at their start.
    #[test]
    fn concurrent_changes_are_all_kept() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path());
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let store = &store;
                scope.spawn(move || {
                    for i in 0..10 {
                        let name = format!("exercise_{thread}_{i}");
                        assert_eq!(store.update(|progress| progress.record(&name, Some(1))).unwrap(), Saved::Yes);
                    }
                });
            }
        });
        assert_eq!(store.read().progress.exercises.len(), 40);
        let left: Vec<_> =
            fs::read_dir(root.path().join(".checker")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "only the file and the lock: {left:?}");
    }

    /// Would catch: a failed write that ends the check. (A folder with the name of the file stops even root.)
    #[test]
    fn a_failed_write_is_reported_and_not_an_error() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(".checker"), "a file where the folder should be").unwrap();
        let saved = Store::new(root.path()).update(|progress| progress.record("abba", Some(5))).unwrap();
        assert!(matches!(&saved, Saved::No(_)), "{saved:?}");
        assert!(saved.note().unwrap().contains(".checker"));
    }
}
