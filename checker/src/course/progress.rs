//! The learner's progress. Data only: the store reads and writes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the file format that this checker writes.
pub const SCHEMA: u64 = 1;

/// The progress in all exercises. Unknown names and fields are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub schema: u64,
    /// The current exercise, if one was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    #[serde(default)]
    pub exercises: BTreeMap<String, Entry>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

/// The progress in one exercise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub solved: bool,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_solved_at: Option<u64>,
    /// Checks up to and including the first one that passed.
    pub attempts: u64,
    /// How many hint levels were shown.
    pub hints_seen: u64,
    /// Whether the solution was shown before the exercise was solved.
    pub peeked: bool,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { schema: SCHEMA, current: None, exercises: BTreeMap::new(), unknown: Map::new() }
    }
}

impl Progress {
    pub fn is_solved(&self, name: &str) -> bool {
        self.exercises.get(name).is_some_and(|entry| entry.solved)
    }

    /// The entry of `name`.
    pub fn entry(&mut self, name: &str) -> &mut Entry {
        self.exercises.entry(name.to_owned()).or_default()
    }

    /// Records a check. `passed_at` is the time at which it passed, in seconds since 1970, if it did.
    pub fn record(&mut self, name: &str, passed_at: Option<u64>) {
        let entry = self.entry(name);
        if entry.solved {
            return;
        }
        entry.attempts += 1;
        entry.solved = passed_at.is_some();
        entry.first_solved_at = passed_at;
    }

    /// The index of the current exercise in `names`: the chosen one, else the first that is not solved, else the last.
    pub fn current(&self, names: &[&str]) -> Option<usize> {
        let chosen = self.current.as_deref().and_then(|current| names.iter().position(|name| *name == current));
        chosen.or_else(|| names.iter().position(|name| !self.is_solved(name))).or_else(|| names.len().checked_sub(1))
    }

    /// The index of the next unsolved exercise after `at`, continuing at the start of `names` after its end.
    pub fn next(&self, names: &[&str], at: usize) -> Option<usize> {
        (at + 1..names.len()).chain(0..at).find(|i| !self.is_solved(names[*i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_count_up_to_the_first_success() {
        let mut progress = Progress::default();
        progress.record("abba", None);
        progress.record("abba", Some(7));
        progress.record("abba", None);
        progress.record("abba", Some(11));
        let entry = progress.entry("abba");
        assert!(entry.solved);
        assert_eq!((entry.attempts, entry.first_solved_at), (2, Some(7)));
    }

    #[test]
    fn the_current_exercise_is_the_chosen_one_else_the_first_unsolved_else_the_last() {
        let names = ["a", "b", "c"];
        let mut progress = Progress::default();
        progress.record("a", Some(1));
        assert_eq!(progress.current(&names), Some(1));
        progress.current = Some("a".to_owned());
        assert_eq!(progress.current(&names), Some(0));
        progress.current = Some("no longer there".to_owned());
        assert_eq!(progress.current(&names), Some(1));
        progress.record("b", Some(1));
        progress.record("c", Some(1));
        assert_eq!(progress.current(&names), Some(2));
        assert_eq!(progress.current(&[]), None);
    }

    #[test]
    fn next_skips_solved_exercises_and_wraps_around() {
        let names = ["a", "b", "c"];
        let mut progress = Progress::default();
        progress.record("c", Some(1));
        assert_eq!(progress.next(&names, 0), Some(1));
        assert_eq!(progress.next(&names, 1), Some(0));
        progress.record("a", Some(1));
        assert_eq!(progress.next(&names, 1), None);
    }

    #[test]
    fn unknown_names_and_fields_are_kept() {
        let text = r#"{"schema":1,"colour":"blue","exercises":{"later":{"solved":true,"stars":3}}}"#;
        let mut progress: Progress = serde_json::from_str(text).unwrap();
        progress.record("abba", None);
        let written: Value = serde_json::to_value(&progress).unwrap();
        assert_eq!(written["colour"], "blue");
        assert_eq!(written["exercises"]["later"]["stars"], 3);
        assert_eq!(written["exercises"]["later"]["solved"], true);
    }
}
