//! What was seen when the answers to an exercise ran.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trace::timeline;

use crate::verdict::{Mode, Outcome, Verdict};

/// What the page of an exercise shows, beyond its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// By the name of the answer: `rejected/sleep`.
    pub answers: BTreeMap<String, Seen>,
    /// What the reader tries in the game with the starter, if there is one: `reach the deadlock`.
    #[serde(skip)]
    pub game: Option<String>,
}

/// The result of one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The verdict in a word or two.
    pub word: String,
    /// The verdict in a sentence.
    pub headline: String,
    /// The explored tests that fail, the decisive one first.
    pub fails: Vec<String>,
    /// The interleaving in which the decisive test fails.
    pub picture: Option<Drawn>,
}

/// An interleaving as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    pub title: String,
    pub text: String,
}

/// The width of a picture, in characters.
const WIDTH: usize = 88;

impl Seen {
    pub fn of(verdict: &Verdict) -> Seen {
        let decisive = verdict.decisive();
        let explored = verdict.tests.iter().filter(|test| test.mode == Mode::Explore);
        let failed = explored.filter(|test| matches!(test.outcome, Outcome::Failed(_))).map(|test| test.name.clone());
        let mut fails: Vec<String> = failed.collect();
        fails.sort_by_key(|name| decisive.is_none_or(|test| test.name != *name));
        let drawn = decisive.and_then(|test| {
            let title = format!("{} · {}", test.name, timeline::title(test.trace.as_ref()?));
            Some(Drawn { title, text: timeline::draw(&test.failure(), WIDTH) })
        });
        let (word, headline) = (verdict.kind.word().to_owned(), verdict.headline.clone());
        Seen { word, headline, fails, picture: drawn }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Kind, example};

    #[test]
    fn the_decisive_test_is_the_first_of_those_that_fail() {
        let mut verdict = example::verdict("abba", Kind::Deadlock);
        let failed = Outcome::Failed(Kind::Deadlock);
        verdict.tests = vec![
            example::test("a", Mode::Real, failed),
            example::test("a", Mode::Explore, failed),
            example::test("b", Mode::Explore, failed),
            example::test("c", Mode::Explore, Outcome::Passed),
            example::test("only_real", Mode::Real, Outcome::Passed),
        ];
        let seen = Seen::of(&verdict);
        assert_eq!((seen.fails, seen.word.as_str()), (vec!["a".to_owned(), "b".to_owned()], "deadlock"));
        assert_eq!(seen.picture, None, "there is no trace");
    }
}
