//! The work: which texts are to be examined, each once, and what they count for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Error, Result};

use crate::course::exercise::Exercise;
use crate::course::originals::hash;
use crate::grade::edition::Edition;
use crate::grade::examiner::{Examiner, Source, Submission};
use crate::grade::report::Examined;
use crate::grade::verdicts::{Subject, Verdicts};

/// Somebody who handed in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `None` if only one person is graded.
    pub name: Option<String>,
    pub submission: Submission,
}

/// One text of one exercise, and everybody who handed it in.
#[derive(Debug)]
pub struct Unit<'a> {
    pub exercise: &'a Exercise,
    /// `None` if they handed in nothing.
    pub source: Option<&'a Source>,
    pub people: Vec<&'a Person>,
}

/// All units, in an order that depends on nothing but the files: it decides which shard gets which.
pub fn plan<'a>(people: &'a [Person], exercises: &[&'a Exercise]) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for exercise in exercises {
        let mut by_source: BTreeMap<Option<&Source>, Vec<&Person>> = BTreeMap::new();
        for person in people {
            by_source.entry(person.submission.sources.get(&exercise.name)).or_default().push(person);
        }
        units.extend(by_source.into_iter().map(|(source, people)| Unit { exercise, source, people }));
    }
    units
}

/// A hash of the whole work.
pub fn fingerprint(units: &[Unit<'_>]) -> String {
    let lines = units.iter().map(|unit| {
        let names: Vec<Option<&str>> = unit.people.iter().map(|person| person.name.as_deref()).collect();
        let source = match unit.source {
            Some(Source::Text(text)) => hash(text.as_bytes()),
            Some(Source::Refused(_)) => "refused".to_owned(),
            None => "missing".to_owned(),
        };
        format!("{} {source} {names:?}\n", unit.exercise.name)
    });
    hash(lines.collect::<String>().as_bytes())
}

/// Whether verdicts from earlier gradings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    Earlier,
    Nothing,
}

/// Examines units.
pub struct Grading<'a> {
    pub examiner: &'a dyn Examiner,
    pub edition: &'a Edition,
    pub verdicts: &'a Verdicts,
    pub reuse: Reuse,
    /// Called once if verdicts cannot be kept.
    pub note: &'a (dyn Fn(&str) + Sync),
}

/// How the work ended.
#[derive(Debug)]
pub enum Ended {
    Done,
    Stopped,
    /// The checker could not go on. This says nothing about the text that it examined.
    Failed(Error),
}

/// Receives each examined unit.
pub type Receive<'a> = &'a (dyn Fn(&Unit<'_>, Examined) -> Result<()> + Sync);

impl Grading<'_> {
    /// Examines all `units`, as many side by side as the examiner allows.
    pub fn run(&self, units: &[&Unit<'_>], receive: Receive<'_>) -> Ended {
        let next = AtomicUsize::new(0);
        let ended = Mutex::new(Ended::Done);
        let is_over = || !matches!(*ended.lock().unwrap_or_else(PoisonError::into_inner), Ended::Done);
        let work = || {
            while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !is_over()) {
                let early = match self.examine(unit) {
                    Ok(Some(examined)) => match receive(unit, examined) {
                        Ok(()) => continue,
                        Err(error) => Ended::Failed(error),
                    },
                    Ok(None) => Ended::Stopped,
                    Err(error) => Ended::Failed(error),
                };
                let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                if matches!(*ended, Ended::Done) {
                    *ended = early;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.examiner.lanes().clamp(1, units.len().max(1)) {
                scope.spawn(work);
            }
        });
        ended.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` if it was stopped.
    fn examine(&self, unit: &Unit<'_>) -> Result<Option<Examined>> {
        let text = match unit.source {
            None => return Ok(Some(Examined::missing())),
            Some(Source::Refused(why)) => return Ok(Some(Examined::refused(why))),
            Some(Source::Text(text)) => text,
        };
        let terms = format!("{} {:?}", self.edition.exercise(unit.exercise), self.examiner.sandbox().held);
        let subject = Subject { exercise: &unit.exercise.name, terms: &terms, text };
        if let Some(earlier) = self.verdicts.find(subject).filter(|_| self.reuse == Reuse::Earlier) {
            return Ok(Some(earlier));
        }
        let Some(verdict) = self.examiner.examine(unit.exercise, text)? else { return Ok(None) };
        let examined = Examined::of(&verdict);
        if let Err(why) = self.verdicts.keep(subject, &examined) {
            (self.note)(&format!("note: {why}, so everything will be examined again next time"));
        }
        Ok(Some(examined))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::catalogue::Catalogue;
    use crate::course::exercise::example::exercise;
    use crate::error::UserError;
    use crate::grade::examiner::Sandbox;
    use crate::grade::report::Status;
    use crate::verdict::{Kind, Verdict, example};

    /// Passes what says `right`, fails at what says `broken`, and counts.
    #[derive(Default)]
    struct Counting(Mutex<Vec<String>>);

    impl Examiner for Counting {
        fn examine(&self, exercise: &Exercise, text: &str) -> Result<Option<Verdict>> {
            self.0.lock().unwrap().push(format!("{} {text}", exercise.name));
            match text {
                "broken" => Err(UserError::new("no disk", "buy one").into()),
                "stopped" => Ok(None),
                "right" => Ok(Some(example::verdict(&exercise.name, Kind::Passed))),
                _ => Ok(Some(example::verdict(&exercise.name, Kind::Deadlock))),
            }
        }

        fn sandbox(&self) -> Sandbox {
            Sandbox::default()
        }

        fn course(&self) -> &Catalogue {
            unreachable!("the test has its own")
        }

        fn lanes(&self) -> usize {
            2
        }
    }

    fn person(name: &str, sources: &[(&str, Source)]) -> Person {
        let sources = sources.iter().map(|(exercise, source)| ((*exercise).to_owned(), source.clone())).collect();
        Person { name: Some(name.to_owned()), submission: Submission { sources, notes: Vec::new() } }
    }

    fn text(text: &str) -> Source {
        Source::Text(text.to_owned())
    }

    fn graded(root: &std::path::Path, people: &[Person], examiner: &Counting, reuse: Reuse) -> (Vec<String>, Ended) {
        let exercises = ["abba", "poison"].map(exercise);
        let catalogue = Catalogue::of(root, exercises.clone());
        let (edition, verdicts) = (Edition::of(&catalogue, root, "1.95"), Verdicts::new(root));
        let note = |_: &str| {};
        let grading = Grading { examiner, edition: &edition, verdicts: &verdicts, reuse, note: &note };
        let units = plan(people, &exercises.iter().collect::<Vec<_>>());
        let rows = Mutex::new(Vec::new());
        let ended = grading.run(&units.iter().collect::<Vec<_>>(), &|unit, examined| {
            for person in &unit.people {
                let passed = examined.status == Status::Passed;
                rows.lock().unwrap().push(format!(
                    "{} {} {passed}",
                    person.name.as_deref().unwrap_or_default(),
                    unit.exercise.name
                ));
            }
            Ok(())
        });
        let mut rows = rows.into_inner().unwrap();
        rows.sort();
        (rows, ended)
    }

    #[test]
    fn equal_files_are_examined_once_now_and_never_again() {
        let dir = tempfile::tempdir().unwrap();
        let people = [
            person("alice", &[("abba", text("right")), ("poison", text("right"))]),
            person("bob", &[("abba", text("right")), ("poison", Source::Refused("a symbolic link".to_owned()))]),
            person("carol", &[("abba", text("wrong"))]),
        ];
        let examiner = Counting::default();
        let (rows, ended) = graded(dir.path(), &people, &examiner, Reuse::Earlier);
        assert!(matches!(ended, Ended::Done));
        let all = [
            "alice abba true",
            "alice poison true",
            "bob abba true",
            "bob poison false",
            "carol abba false",
            "carol poison false",
        ];
        assert_eq!(rows, all);
        let mut examined = examiner.0.into_inner().unwrap();
        examined.sort();
        assert_eq!(examined, ["abba right", "abba wrong", "poison right"]);
        let again = Counting::default();
        assert_eq!(graded(dir.path(), &people, &again, Reuse::Earlier).0, all);
        assert!(again.0.lock().unwrap().is_empty());
        assert_eq!(graded(dir.path(), &people, &again, Reuse::Nothing).0, all);
        assert_eq!(again.0.lock().unwrap().len(), 3);
    }

    /// Would catch: trouble of the checker that becomes somebody's mark.
    #[test]
    fn a_failing_or_stopped_examiner_ends_the_work_without_a_mark() {
        for (what, said) in [("broken", "Failed(no disk"), ("stopped", "Stopped")] {
            let dir = tempfile::tempdir().unwrap();
            let people = [person("alice", &[("abba", text("right")), ("poison", text(what))])];
            let examiner = Counting::default();
            let (rows, ended) = graded(dir.path(), &people, &examiner, Reuse::Earlier);
            assert_eq!(rows, ["alice abba true"], "what was graded counts");
            assert_eq!(format!("{ended:?}").split('\n').next(), Some(said));
        }
    }
}
