//! The state machine, event by event.

use super::*;
use crate::course::exercise::example::exercise;
use crate::ui::keys::Key;
use crate::ui::text::style::Colour;
use crate::ui::view::pages::Ended;
use crate::verdict::{Kind, Mode, example};

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

fn said(effects: &[Effect]) -> Vec<&str> {
    let notes = effects.iter().filter_map(|effect| match effect {
        Effect::Say(Say::Note(note)) => Some(note.as_str()),
        _ => None,
    });
    notes.collect()
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
    let check = [Effect::Stop, Effect::Say(Say::Checking(0)), Effect::Check(CheckNumber(2), 0), Effect::Compare(0)];
    assert_eq!(effects, check);
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
    assert_eq!(said(&press(&mut app, "n")), [not_yet], "while it runs");
    let _ = checked(&mut app, Kind::Passed);
    let _ = app.handle(Event::Saved);
    assert_eq!(said(&press(&mut app, "n")), [not_yet], "after another save");
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
    assert_eq!(said(&press(&mut app, "n")), ["no, then"]);
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

/// Would catch: a note that hides the path of the file until a key is pressed.
#[test]
fn a_note_goes_with_a_save_or_after_a_while_and_a_newer_one_stays() {
    let mut app = app();
    let effects = press(&mut app, "p");
    assert_eq!(effects.last(), Some(&Effect::SetAlarm(Alarm::NoteExpires(1), NOTE_LASTS)));
    let _ = press(&mut app, "t");
    let _ = app.handle(Event::Alarm(Alarm::NoteExpires(1)));
    assert!(app.note.is_some(), "the alarm is of the note before");
    let _ = app.handle(Event::Alarm(Alarm::NoteExpires(2)));
    assert_eq!(app.note, None);
    let _ = press(&mut app, "t");
    let _ = app.handle(Event::Saved);
    assert_eq!(app.note, None);
    app.sight = Sight::Lines;
    assert!(!press(&mut app, "t").iter().any(|effect| matches!(effect, Effect::SetAlarm(..))), "lines stay anyway");
}

/// Would catch: a course that moves on although the learner is about to do something, or again after each save.
#[test]
fn the_next_exercise_opens_by_itself_if_the_learner_wants_that() {
    let alarm = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::SetAlarm(..)));
    let mut app = app();
    assert!(!alarm(&checked(&mut app.clone(), Kind::Passed)), "it is off at first");
    let effects = press(&mut app, "A");
    assert_eq!(effects.last(), Some(&Effect::KeepPreferences(Preferences { advance: true })));
    assert!(!alarm(&checked(&mut app.clone(), Kind::Deadlock)));
    let effects = checked(&mut app, Kind::Passed);
    assert!(effects.contains(&Effect::SetAlarm(Alarm::Advance(CheckNumber(1)), PASS_LASTS)), "{effects:?}");
    assert!(app.announcement().is_some_and(|words| words.starts_with("`b` opens in 8 s")));
    let due = Event::Alarm(Alarm::Advance(CheckNumber(1)));
    for other in [Event::Key(Key::Down), Event::Saved] {
        let mut stays = app.clone();
        let _ = stays.handle(other);
        assert_eq!((stays.announcement(), stays.handle(due.clone()).is_empty(), stays.at), (None, true, 0));
    }
    let mut again = app.clone();
    let _ = again.handle(Event::Saved);
    assert!(!alarm(&checked(&mut again, Kind::Passed)), "it had passed before");
    assert!(app.handle(due).contains(&Effect::MoveTo(1)));
    assert_eq!(app.announcement(), None);
}

#[test]
fn a_save_of_another_exercise_is_asked_about_and_no_other_key_is_lost() {
    let mut app = app();
    let saved = |name: &str| Event::SavedElsewhere(exercise(name).dir);
    assert_eq!(app.handle(saved("a")), [], "the current one");
    assert_eq!(app.handle(saved("of_another_course")), []);
    assert_eq!(said(&app.handle(saved("b"))), ["you saved `b`: go to that exercise? y"]);
    assert_eq!(press(&mut app, "b"), [Effect::Fetch(Topic::Brief, 0)], "as always");
    assert_eq!(app.prompt, None);
    let _ = app.handle(saved("b"));
    let _ = app.handle(saved("c"));
    let effects = press(&mut app, "y");
    assert!(effects.contains(&Effect::MoveTo(2)) && app.at == 2, "{effects:?}");
    let _ = press(&mut app, "/");
    assert_eq!(app.handle(saved("b")), [], "somebody is typing");
}

#[test]
fn changed_tests_are_named_at_once_with_the_command_that_restores_them() {
    let mut app = app();
    let altered =
        |files: &[&str]| Event::Altered("a".to_owned(), files.iter().map(|file| (*file).to_owned()).collect());
    assert!(app.handle(Event::Saved).contains(&Effect::Compare(0)));
    let effects = app.handle(altered(&["tests/a.rs"]));
    let [Effect::Say(Say::Page(text))] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text.print(Colour::Off).contains("cargo checker reset a --tests"));
    assert_eq!(app.handle(altered(&["tests/a.rs"])), [], "said once");
    assert_eq!(app.handle(Event::Altered("b".to_owned(), Vec::new())), [], "of another exercise");
    assert_eq!(app.altered, ["tests/a.rs"]);
    let _ = app.handle(altered(&[]));
    assert!(app.altered.is_empty());
    let _ = app.handle(altered(&["tests/a.rs"]));
    let _ = checked(&mut app, Kind::Passed);
    let _ = press(&mut app, "n");
    assert!(app.altered.is_empty(), "another exercise");
}

#[test]
fn exercises_that_come_and_go_leave_the_learner_where_they_are() {
    let reloaded = |names: &[&str]| {
        let exercises = names.iter().map(|name| exercise(name)).collect::<Vec<_>>();
        let catalogue = crate::course::catalogue::Catalogue::of("/course", exercises);
        Event::Reloaded(Box::new(catalogue), Progress::default())
    };
    let mut app = app();
    assert_eq!(app.handle(Event::CourseChanged), [Effect::Reload]);
    let _ = checked(&mut app, Kind::Passed);
    let _ = press(&mut app, "n");
    assert_eq!(app.handle(reloaded(&["a", "b", "c"])), [], "nothing has changed");
    let effects = app.handle(reloaded(&["new", "newer", "b", "c"]));
    assert_eq!((app.exercise().name.as_str(), checks(&effects)), ("b", Vec::new()), "the check goes on");
    assert_eq!(said(&effects), ["the course has changed: 2 exercises new, 1 removed"]);
    let _ = app.handle(Event::Saved);
    assert!(app.note.is_some(), "a pulled file was taken for a save of the learner's");
    let _ = press(&mut app, "b");
    assert_eq!(app.note, None);
    let effects = app.handle(reloaded(&["new", "c"]));
    assert_eq!((app.exercise().name.as_str(), checks(&effects).len()), ("c", 1), "{effects:?}");
    assert_eq!(said(&effects).last(), Some(&"`b` is no longer part of the course, so this is `c`"));
}

/// Two explored tests that fail, and one real one.
fn several() -> Box<Verdict> {
    let mut verdict = example::decided(Kind::Deadlock);
    for name in ["t", "u"] {
        let mut test = example::test(name, Mode::Explore, crate::verdict::Outcome::Failed(Kind::Deadlock));
        test.trace = Some(trace::Trace::default());
        verdict.tests.push(test);
    }
    verdict
}

/// Would catch: a second failure that can be neither seen nor played.
#[test]
fn each_failed_test_with_a_timeline_can_be_shown_and_played() {
    let mut app = app();
    let step = |app: &mut App, key: &str| press(app, key);
    assert_eq!(said(&step(&mut app, "T")), ["wait until the check has ended"]);
    let _ = app.handle(Event::Checked(app.run, several()));
    assert_eq!(step(&mut app, "T").last(), Some(&Effect::Step(0, "t".to_owned())));
    let shown = |effects: &[Effect]| match effects {
        [Effect::Say(Say::Page(text))] => text.print(Colour::Off),
        other => panic!("{other:?}"),
    };
    assert!(shown(&press(&mut app, "t")).contains("failed test 1 of 2"));
    assert!(shown(&press(&mut app, "]")).contains(" u · "));
    assert_eq!(step(&mut app, "o").last(), Some(&Effect::OpenPage(0, "u".to_owned())));
    assert!(press(&mut app, "y").contains(&Effect::Copy("cargo checker replay a --test u".to_owned())));
    let _ = press(&mut app, "]");
    assert!(press(&mut app, "y").contains(&Effect::Copy("cargo checker replay a".to_owned())));
    let _ = press(&mut app, "[");
    assert_eq!(app.failure, 1, "the last one");
    let _ = app.handle(Event::Saved);
    let _ = checked(&mut app, Kind::Passed);
    assert_eq!(said(&press(&mut app, "T")), [super::failures::NO_TIMELINE]);
}

#[test]
fn the_editor_opens_at_the_error_or_where_the_test_failed() {
    let mut app = app();
    assert_eq!(press(&mut app, "e"), [Effect::Edit(0, None)]);
    let place = |file: &str, line| Some(trace::Place { file: format!("exercises/02_mutex/03_a/{file}"), line });
    let mut failed = example::decided(Kind::Panic);
    failed.tests[0].place = place("tests/a.rs", 3);
    let _ = app.handle(Event::Checked(app.run, failed.clone()));
    assert_eq!(press(&mut app, "e"), [Effect::Edit(0, None)], "not a line of the learner's");
    failed.tests[0].place = place("src/lib.rs", 4);
    let _ = app.handle(Event::Checked(app.run, failed.clone()));
    assert_eq!(press(&mut app, "e"), [Effect::Edit(0, Some(4))]);
    let error = |place| crate::verdict::Diagnostic {
        level: crate::verdict::Level::Error,
        code: None,
        message: String::new(),
        place,
        rendered: String::new(),
    };
    failed.diagnostics = vec![error(place("tests/a.rs", 8)), error(place("src/lib.rs", 9))];
    let _ = app.handle(Event::Checked(app.run, failed));
    assert_eq!(press(&mut app, "e"), [Effect::Edit(0, Some(9))]);
}
