//! The state machine, event by event.

use super::*;
use crate::course::exercise::example::exercise;
use crate::ui::keys::Key;
use crate::verdict::example;

fn new() -> App {
    let exercises = ["a", "b", "c"].map(exercise).to_vec();
    App::new(exercises, "/course".to_owned(), Progress::default(), 0, Sight::Screen)
}

fn app() -> App {
    let mut app = new();
    assert_eq!(app.handle(Event::Started)[0], Effect::MoveTo(0));
    app
}

fn checked(app: &mut App, kind: Kind) -> Vec<Effect> {
    app.handle(Event::Checked(app.run, example::decided(kind)))
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars().flat_map(|c| app.handle(Event::Key(Key::Char(c)))).collect()
}

fn checks(effects: &[Effect]) -> Vec<(u64, usize)> {
    let checks = effects.iter().filter_map(|effect| match effect {
        Effect::Check(run, at) => Some((run.0, *at)),
        _ => None,
    });
    checks.collect()
}

#[test]
fn a_save_stops_the_running_check_and_starts_another() {
    let effects = app().handle(Event::Saved);
    assert_eq!(effects, [Effect::Stop, Effect::Say(Say::Checking(0)), Effect::Check(CheckNumber(2), 0)]);
}

#[test]
fn a_late_verdict_is_dropped() {
    let mut app = app();
    let _ = app.handle(Event::Saved);
    assert_eq!(app.handle(Event::Checked(CheckNumber(1), example::decided(Kind::Passed))), []);
    assert_eq!(app.handle(Event::Failed(CheckNumber(1), "late".into())), []);
    assert_eq!(app.handle(Event::Stage(CheckNumber(1), Stage::Blocked)), []);
    let effects = app.handle(Event::Checked(CheckNumber(2), example::decided(Kind::Deadlock)));
    assert_eq!(effects[0], Effect::Record { exercise: 0, passed: false });
}

#[test]
fn next_works_only_when_the_current_file_passes() {
    let mut app = app();
    let not_yet = "not yet: the exercise does not pass";
    assert_eq!(press(&mut app, "n"), [Effect::Say(Say::Note(not_yet.to_owned()))], "while it runs");
    let _ = checked(&mut app, Kind::Passed);
    let _ = app.handle(Event::Saved);
    assert_eq!(press(&mut app, "n"), [Effect::Say(Say::Note(not_yet.to_owned()))], "after another save");
    let _ = checked(&mut app, Kind::Passed);
    let effects = press(&mut app, "n");
    assert!(effects.contains(&Effect::MoveTo(1)), "{effects:?}");
    assert_eq!(checks(&effects), [(3, 1)]);
    assert_eq!(app.verdict, None, "that of another exercise");
    assert_eq!(checks(&press(&mut app, "p")), [(4, 0)]);
}

#[test]
fn showing_the_solution_asks_first_unless_the_exercise_is_solved() {
    let mut app = app();
    let _ = press(&mut app, "s");
    assert_eq!(app.prompt, Some(Prompt::PeekOrNot));
    assert_eq!(press(&mut app, "n"), [Effect::Say(Say::Note("no, then".to_owned()))]);
    assert_eq!(press(&mut app, "sy")[1..], [Effect::Peeked(0), Effect::Fetch(Topic::Solution, 0)]);
    let _ = checked(&mut app, Kind::Passed);
    let _ = app.handle(Event::Saved);
    assert_eq!(press(&mut app, "s"), [Effect::Fetch(Topic::Solution, 0)]);
}

#[test]
fn a_reset_asks_first() {
    let mut app = app();
    assert!(!press(&mut app, "xq").contains(&Effect::Reset(0)));
    assert!(press(&mut app, "xy").contains(&Effect::Reset(0)));
    assert!(!app.handle(Event::Key(Key::Enter)).contains(&Effect::Reset(0)), "asked once, done once");
}

#[test]
fn after_the_last_exercise_there_is_no_next() {
    let mut app = app();
    for run in 1..=3 {
        let _ = checked(&mut app, Kind::Passed);
        let effects = press(&mut app, "n");
        assert_eq!(checks(&effects).is_empty(), run == 3, "{effects:?}");
    }
    assert_eq!(app.note.as_deref(), Some("all exercises are solved"));
}

#[test]
fn quitting_stops_a_running_check_and_only_that() {
    let mut app = app();
    assert_eq!(press(&mut app.clone(), "q"), [Effect::Stop, Effect::Quit]);
    app.sight = Sight::Lines;
    let _ = checked(&mut app, Kind::Deadlock);
    assert_eq!(app.handle(Event::Ended), [Effect::Quit]);
}

#[test]
fn the_next_exercise_is_prepared_once_and_a_save_stops_that() {
    let mut app = app();
    let effects = checked(&mut app, Kind::CompileError);
    assert_eq!(effects.last(), Some(&Effect::Prepare((0, Mode::Explore))), "what the check did not get to");
    assert_eq!(app.handle(Event::Saved)[0], Effect::StopPreparing);
    let _ = checked(&mut app, Kind::Deadlock);
    assert_eq!(app.handle(Event::Prepared((1, Mode::Real))), [Effect::Prepare((1, Mode::Explore))]);
    assert_eq!(app.handle(Event::Prepared((1, Mode::Explore))), []);
    let _ = app.handle(Event::Saved);
    assert!(!checked(&mut app, Kind::Deadlock).iter().any(|effect| matches!(effect, Effect::Prepare(_))), "again");
}

/// Would catch: a lesson that nobody sees, or one that comes back before every exercise.
#[test]
fn a_new_chapter_begins_with_its_lesson_and_a_new_exercise_with_its_brief() {
    let fetched = |progress: Progress, at: usize| {
        let exercises = ["a", "b", "c"].map(exercise).to_vec();
        let mut app = App::new(exercises, "/course".to_owned(), progress, at, Sight::Screen);
        let effects = app.handle(Event::Started);
        effects.into_iter().find_map(|effect| match effect {
            Effect::Fetch(topic, _) => Some(topic),
            _ => None,
        })
    };
    assert_eq!(fetched(Progress::default(), 0), Some(Topic::Lesson));
    let mut progress = Progress::default();
    progress.record("a", None);
    assert_eq!(fetched(progress.clone(), 1), Some(Topic::Brief));
    assert_eq!(fetched(progress, 0), None, "it was tried");
}

/// Would catch: a course that ends without a word, or one that ends with its last chapter only.
#[test]
fn the_last_exercise_ends_its_chapter_or_the_course() {
    let mut exercises = ["a", "b", "c"].map(exercise);
    exercises[2].chapter = "02_more".to_owned();
    let ended = |solved: &[&str], at: usize| {
        let mut progress = Progress::default();
        solved.iter().for_each(|name| progress.record(name, Some(1)));
        let app = App::new(exercises.to_vec(), "/course".to_owned(), progress, at, Sight::Screen);
        let (chapters, ended) = app.solved_chapters();
        (chapters.len(), ended)
    };
    assert_eq!(ended(&["a"], 0), (0, Ended::Exercise));
    assert_eq!(ended(&["a", "b"], 1), (1, Ended::Chapter));
    assert_eq!(ended(&["a", "b"], 2), (1, Ended::Exercise), "the chapter before is complete, not this one");
    assert_eq!(ended(&["a", "b", "c"], 1), (2, Ended::Course));
}
