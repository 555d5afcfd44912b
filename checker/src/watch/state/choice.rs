//! The list of exercises, from which the user chooses one.

use crate::course::exercise::Exercise;
use crate::course::progress::Progress;

/// The filter of the list, and the selection.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub filter: Filter,
    pub words: String,
    /// An index into the catalogue.
    pub selected: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    #[default]
    All,
    Pending,
    Done,
}

impl Filter {
    pub fn word(self) -> &'static str {
        match self {
            Filter::All => "all",
            Filter::Pending => "pending",
            Filter::Done => "done",
        }
    }

    fn next(self) -> Filter {
        match self {
            Filter::All => Filter::Pending,
            Filter::Pending => Filter::Done,
            Filter::Done => Filter::All,
        }
    }
}

impl Choice {
    /// The indices of the listed exercises.
    pub fn listed(&self, exercises: &[Exercise], progress: &Progress) -> Vec<usize> {
        let words = self.words.to_lowercase();
        let is_listed = |exercise: &Exercise| {
            let by_state = match self.filter {
                Filter::All => true,
                Filter::Pending => !progress.is_solved(&exercise.name),
                Filter::Done => progress.is_solved(&exercise.name),
            };
            let about = [&exercise.about.title, &exercise.name, &exercise.chapter].map(|text| text.to_lowercase());
            let concepts = exercise.about.concepts.iter().chain(&exercise.about.packages);
            by_state
                && (about.iter().any(|text| text.contains(&words))
                    || concepts.into_iter().any(|concept| concept.to_lowercase().contains(&words)))
        };
        (0..exercises.len()).filter(|at| is_listed(&exercises[*at])).collect()
    }

    /// Moves the selection within the listed exercises.
    pub fn move_by(&mut self, listed: &[usize], steps: isize) {
        let here = listed.iter().position(|at| *at >= self.selected).unwrap_or(listed.len().saturating_sub(1));
        let there = here.saturating_add_signed(steps).min(listed.len().saturating_sub(1));
        if let Some(at) = listed.get(there) {
            self.selected = *at;
        }
    }

    pub fn next_filter(&mut self) {
        self.filter = self.filter.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example::exercise;

    #[test]
    fn the_list_is_filtered_by_state_and_by_words() {
        let exercises = ["abba", "counter", "third"].map(exercise);
        let mut progress = Progress::default();
        progress.record("counter", Some(1));
        let mut choice = Choice::default();
        assert_eq!(choice.listed(&exercises, &progress), [0, 1, 2]);
        choice.next_filter();
        let pending = choice.listed(&exercises, &progress);
        assert_eq!((choice.filter, pending.as_slice()), (Filter::Pending, [0, 2].as_slice()));
        choice.move_by(&pending, 1);
        assert_eq!(choice.selected, 2);
        choice.move_by(&pending, 100);
        choice.move_by(&pending, -1);
        assert_eq!(choice.selected, 0);
        choice.next_filter();
        let done = choice.listed(&exercises, &progress);
        choice.move_by(&done, 0);
        assert_eq!((done.as_slice(), choice.selected), ([1].as_slice(), 1));
        choice.words = "zzz".to_owned();
        choice.move_by(&choice.listed(&exercises, &progress), 1);
        assert_eq!(choice.selected, 1, "nothing to go to");
        choice.filter = Filter::All;
        choice.words = "DEADlock".to_owned();
        assert_eq!(choice.listed(&exercises, &progress).len(), 3, "a concept of theirs");
    }
}
