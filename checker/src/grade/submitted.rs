//! When files were handed in, for their deadlines.

use std::collections::HashMap;
use std::path::Path;

use crate::course::exercise::Exercise;
use crate::course::moment::Moment;
use crate::course::store;
use crate::system::git::Git;
use crate::system::process::Stop;

/// How it is known.
pub enum Clock {
    /// The teacher says so.
    Given(Moment),
    /// By the last commit that changed a file; what is not committed counts as handed in now.
    Commits { by_file: HashMap<String, Moment>, now: Moment },
    /// Nobody says so. Other people's repositories are not asked: git runs what their configuration names.
    Unknown,
}

impl Clock {
    /// That of the learner's own course at `root`.
    pub fn own(root: &Path, stop: &Stop) -> Clock {
        let now = Moment::utc(i64::try_from(store::now()).unwrap_or(i64::MAX));
        Clock::Commits { by_file: committed(root, stop).unwrap_or_default(), now }
    }

    /// When the file of `exercise` was handed in.
    pub fn of(&self, exercise: &Exercise) -> Option<Moment> {
        match self {
            Clock::Given(moment) => Some(*moment),
            Clock::Commits { by_file, now } => {
                let file = format!("exercises/{}/src/lib.rs", exercise.path());
                Some(by_file.get(&file).copied().unwrap_or(*now))
            }
            Clock::Unknown => None,
        }
    }
}

/// The dates of the last commits of all files below `exercises` that have not been changed since.
fn committed(root: &Path, stop: &Stop) -> Option<HashMap<String, Moment>> {
    let git = Git::find(root, stop).ok()?;
    let log = git.ask(&["log", "--format=\u{1}%cI", "--name-only", "--relative", "--", "exercises"]).ok()?;
    let changed = git.ask(&["diff", "--name-only", "--relative", "HEAD", "--", "exercises"]).ok()?;
    (log.succeeded && changed.succeeded)
        .then(|| dates(&String::from_utf8_lossy(&log.out), &String::from_utf8_lossy(&changed.out)))
}

/// The first date of each file in `log`, which begins with the newest commit, without the `changed` files.
fn dates(log: &str, changed: &str) -> HashMap<String, Moment> {
    let mut dates: HashMap<String, Moment> = HashMap::new();
    let mut date = None;
    for line in log.lines() {
        match line.strip_prefix('\u{1}') {
            Some(written) => date = Moment::parse(written).ok(),
            None if line.is_empty() => {}
            None => {
                if let Some(date) = date {
                    dates.entry(line.to_owned()).or_insert(date);
                }
            }
        }
    }
    for file in changed.lines() {
        dates.remove(file);
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_date_of_its_newest_commit_unless_it_was_changed_since() {
        let log = "\u{1}2026-12-05T10:00:00+01:00\n\nexercises/a/src/lib.rs\nexercises/b/src/lib.rs\n\
                   \u{1}2026-12-01T10:00:00Z\n\nexercises/a/src/lib.rs\nexercises/c/src/lib.rs\n";
        let dates = dates(log, "exercises/b/src/lib.rs\n");
        let of = |file: &str| dates.get(file).map(ToString::to_string);
        assert_eq!(of("exercises/a/src/lib.rs").as_deref(), Some("2026-12-05T10:00:00+01:00"));
        assert_eq!(of("exercises/c/src/lib.rs").as_deref(), Some("2026-12-01T10:00:00Z"));
        assert_eq!(of("exercises/b/src/lib.rs"), None);
    }
}
