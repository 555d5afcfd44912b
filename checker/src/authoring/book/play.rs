//! The pages on which the reader plays the scheduler: with the starter, which fails, and then with the solution.

use std::collections::BTreeSet;
use std::path::Path;

use trace::map::Map;
use trace::{Cause, Place, Report, Target, TaskKind, Trace};

use crate::authoring::book::links::relative;
use crate::authoring::book::material::Entry;
use crate::authoring::book::paths::{exercise_page, game_page};
use crate::ui::view::page::{self, Page, Source};

/// One test of an exercise, with all interleavings of the starter and of the solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Game {
    pub test: String,
    pub starter: Map,
    pub solution: Map,
}

impl Game {
    /// Whether these maps make a game: the reader can reach a failure in the starter, and the solution has none.
    pub fn is_worth_playing(starter: &Map, solution: &Map) -> bool {
        page::shown_ends(starter).into_iter().any(|end| starter.failure(end).is_some())
            && page::failure(solution).is_none()
    }

    /// How much there is to try.
    pub fn size(&self) -> usize {
        self.starter.nodes.len()
    }

    pub fn failure(&self) -> &'static str {
        page::failure(&self.starter).unwrap_or("failing test")
    }

    /// What the reader tries: `reach the deadlock`.
    pub fn goal(&self) -> &'static str {
        match self.failure() {
            "deadlock" => "reach the deadlock",
            "livelock" => "reach the livelock",
            _ => "make the test fail",
        }
    }

    /// Whether it is easy to grasp: in some orders of two threads, each of them waits for a lock of the other one.
    pub fn is_for_beginners(&self) -> bool {
        let mut tasks = self.starter.runs.iter().filter_map(trace_of).flat_map(|trace| &trace.tasks);
        let mut ways = self.starter.nodes.iter().flat_map(|node| &node.ways);
        self.failure() == "deadlock"
            && page::has_all(&self.starter)
            && failures(&self.starter).all(|trace| locks_waited_for(trace) > 1)
            && can_be_avoided(&self.starter)
            && tasks.all(|task| task.kind == TaskKind::Thread)
            && ways.all(|way| way.in_words().is_none())
    }

    /// The pages of the game, by their path in the book. `tests` are the test files of the exercise, by name.
    pub fn pages(self, entry: &Entry, tests: &[(String, String)]) -> [(String, String); 2] {
        let (name, goal) = (entry.exercise.name.clone(), self.goal());
        let target = |answer: &str, page: &str| relative(&game_page(&name, answer), page);
        let (with_starter, with_solution) = (game_page(&name, "starter"), game_page(&name, "solution"));
        let exercise = ("The exercise", target("starter", &exercise_page(entry).replace(".md", ".html")));
        let page = |answer: &str, map: Map, question: &str, other: (&str, String)| {
            let map = relocated(map, entry);
            let source = entry.answer(answer).map_or("", |answer| answer.source.as_str());
            let texts: Vec<(String, &str)> = std::iter::once((format!("{}/src/lib.rs", path(entry)), source))
                .chain(tests.iter().map(|(file, text)| (format!("{}/tests/{file}", path(entry)), text.as_str())))
                .collect();
            let used = files(&map);
            let sources: Vec<Source<'_>> = texts
                .iter()
                .filter(|(file, _)| used.contains(file))
                .map(|(file, text)| Source { file, text })
                .collect();
            page::html(&Page {
                title: &format!("{name}, the {answer} · {}", self.test),
                failed: None,
                map: Some(&map),
                sources: &sources,
                goal: Some(question),
                links: &[other, exercise.clone()],
            })
        };
        let next = (format!("Now try to {goal} in the solution"), target("starter", &with_solution));
        let again = ("Back to the starter", target("solution", &with_starter));
        let starter = page("starter", self.starter, &format!("can you {goal}?"), (&next.0, next.1));
        let question = format!("can you {goal} in the solution?");
        let solution = page("solution", self.solution, &question, again);
        [(with_starter, starter), (with_solution, solution)]
    }
}

/// How well the reader can play on `map`, the less the better: first whether the order of several tasks decides, then
/// whether every way leads to an end.
pub fn difficulty(map: &Map) -> (bool, bool, usize) {
    let is_trivial = !can_be_avoided(map) || failures(map).all(waits_for_itself);
    (is_trivial, !page::has_all(map), map.nodes.len())
}

/// How the interleavings of `map` fail.
fn failures(map: &Map) -> impl Iterator<Item = &Trace> {
    map.ends().filter_map(|end| map.failure(end)?.trace.as_ref())
}

/// Whether some task waits for an object that it holds, so that other tasks do not matter.
fn waits_for_itself(trace: &Trace) -> bool {
    let cause = Cause::of(trace);
    let is_own = |task: usize, object: usize| cause.holds[task].iter().any(|(held, _)| *held == object);
    cause.waits.iter().any(|wait| matches!(wait.target, Target::Object(object, _) if is_own(wait.task, object)))
}

/// For how many locks some task waits when `trace` ends.
fn locks_waited_for(trace: &Trace) -> usize {
    let locks = Cause::of(trace).waits.into_iter().filter_map(|wait| match wait.target {
        Target::Object(object, _) => Some(object),
        Target::Signal(_) | Target::Task(_) => None,
    });
    locks.collect::<BTreeSet<usize>>().len()
}

/// Whether some interleavings pass.
fn can_be_avoided(map: &Map) -> bool {
    page::shown_ends(map).into_iter().any(|end| map.failure(end).is_none())
}

/// The folder of the exercise, as the compiler reports it.
fn path(entry: &Entry) -> String {
    format!("exercises/{}", entry.exercise.path())
}

fn trace_of(run: &Report) -> Option<&Trace> {
    run.failure.as_ref().and_then(|failure| failure.trace.as_ref()).or(run.trace.as_ref())
}

/// The files that the steps of `map` are in.
fn files(map: &Map) -> BTreeSet<String> {
    let steps = map.runs.iter().filter_map(trace_of).flat_map(|trace| &trace.steps);
    steps.filter_map(|step| Some(step.place.as_ref()?.file.clone())).collect()
}

/// `map` as if the learner had written the answer: with the places in the exercise's own files.
fn relocated(mut map: Map, entry: &Entry) -> Map {
    for run in &mut map.runs {
        let failed = run.failure.as_mut().and_then(|failure| {
            if let Some(place) = &mut failure.place {
                relocate(place, entry);
            }
            failure.trace.as_mut()
        });
        for trace in failed.into_iter().chain(&mut run.trace) {
            let steps = trace.steps.iter_mut().filter_map(|step| step.place.as_mut());
            let lines = trace.lines.iter_mut().map(|line| &mut line.place);
            let objects = trace.objects.iter_mut().filter_map(|object| object.created.as_mut());
            steps.chain(lines).chain(objects).for_each(|place| relocate(place, entry));
        }
    }
    map
}

/// The folders of a proof are `exercises/CHAPTER/EXERCISE--…/`; in one of them, an answer has a folder of its own.
fn relocate(place: &mut Place, entry: &Entry) {
    let file = place.file.replace('\\', "/");
    let Some(inner) = file.strip_prefix(&format!("{}--", path(entry))) else { return };
    let name = Path::new(inner).file_name().unwrap_or_default().to_string_lossy();
    let folder = if inner.contains("/tests/") { "tests" } else { "src" };
    place.file = format!("{}/{folder}/{name}", path(entry));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authoring::book::material::example;
    use trace::map::{Extent, Node, Way};
    use trace::{Action, Failure, FailureKind, Object, Point, Step, Task};

    /// A map with one choice, after which the test ends with `failure`.
    fn map(failure: Option<FailureKind>) -> Map {
        let file = "exercises/02_mutex/03_abba--proof/starter/src/lib.rs".to_owned();
        let trace = Trace {
            tasks: vec![Task::named("main"), Task::named("thread 1")],
            objects: ["stock", "orders"]
                .map(|name| Object { type_name: "Mutex".into(), name: name.into(), created: None })
                .into(),
            steps: [(0, true, 0), (1, true, 1), (0, false, 1), (1, false, 0)]
                .map(|(task, gets, object)| Step {
                    task,
                    action: if gets {
                        Action::Acquires { object, mode: trace::Mode::Lock }
                    } else {
                        Action::Waits { object, mode: trace::Mode::Lock }
                    },
                    place: Some(Place { file: file.clone(), line: 3 }),
                })
                .into(),
            choices: vec![0],
            points: vec![Point { step: 0, candidates: vec![0] }],
            ..Trace::default()
        };
        let failure =
            failure.map(|kind| Failure { kind, message: "no".into(), place: None, trace: Some(trace.clone()) });
        let run = Report { trace: failure.is_none().then_some(trace), failure, ..Report::default() };
        let nodes = vec![
            Node { run: 0, at: 0, ways: vec![Way { choice: 0, to: Some(1) }] },
            Node { run: 0, at: 1, ways: Vec::new() },
        ];
        Map { extent: Extent::Whole, runs: vec![run], nodes }
    }

    #[test]
    fn a_game_can_be_lost_in_the_starter_and_not_in_the_solution() {
        let (lost, won) = (map(Some(FailureKind::Deadlock)), map(None));
        assert!(Game::is_worth_playing(&lost, &won));
        assert!(!Game::is_worth_playing(&won, &won) && !Game::is_worth_playing(&lost, &lost));
        let cut = Map { extent: Extent::Cut, ..lost.clone() };
        assert!(Game::is_worth_playing(&cut, &won), "the failure is in the part that is there");
        assert!(difficulty(&lost) < difficulty(&cut), "a map with all ends is better");
    }

    #[test]
    fn the_pages_show_the_files_of_the_exercise_and_lead_to_each_other() {
        let material = example::material();
        let entry = &material.chapters[0].entries[0];
        let game = Game { test: "t".to_owned(), starter: map(Some(FailureKind::Deadlock)), solution: map(None) };
        assert!(!game.is_for_beginners(), "there is nothing to decide");
        let fork = |mut map: Map, passes: Map| {
            map.runs.extend(passes.runs);
            map.nodes[0].ways.push(Way { choice: 1, to: Some(2) });
            map.nodes.push(Node { run: 1, at: 1, ways: Vec::new() });
            map
        };
        let starter = fork(map(Some(FailureKind::Deadlock)), map(None));
        assert!(difficulty(&starter) < difficulty(&game.starter), "with something to decide, it is a better game");
        let mut alone = starter.clone();
        for step in &mut alone.runs[0].failure.as_mut().unwrap().trace.as_mut().unwrap().steps {
            step.task = 0;
        }
        let cut = Map { extent: Extent::Cut, ..starter.clone() };
        assert!(difficulty(&cut) < difficulty(&game.starter), "part of a choice is better than none");
        assert!(difficulty(&starter) < difficulty(&alone), "that a task waits for itself has nothing to do with order");
        assert!(Game { starter, ..game.clone() }.is_for_beginners());
        let [(starter, with_starter), (solution, with_solution)] = game.pages(entry, &[]);
        assert_eq!((&*starter, &*solution), ("play/abba-starter.html", "play/abba-solution.html"));
        assert!(with_starter.contains("can you reach the deadlock?"), "{with_starter}");
        assert!(with_starter.contains("href=\"abba-solution.html\">Now try to reach the deadlock"), "{with_starter}");
        assert!(with_starter.contains("href=\"../02_mutex/03_abba.html\""), "{with_starter}");
        assert!(with_starter.contains("id=\"exercises-02-mutex-03-abba-src-lib-rs-3\""), "{with_starter}");
        assert!(with_solution.contains("can you reach the deadlock in the solution?"), "{with_solution}");
        assert!(!with_starter.contains("--proof"), "a reader has no such folder: {with_starter}");
    }
}
