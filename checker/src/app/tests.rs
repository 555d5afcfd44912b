//! The machine, event by event; and ten thousand evenings of a learner who presses everything.

use super::*;
use crate::exercise::example::exercise;
use crate::verdict::{Diagnostic, Level, Outcome, example};
use crate::view::screen;
use crate::view::style::{Line, Style};

fn new() -> App {
    let exercises = ["a", "b", "c"].map(exercise).to_vec();
    App::new(exercises, "/course".to_owned(), Progress::default(), 0, Prepares::Yes)
}

fn app() -> App {
    let mut app = new();
    assert_eq!(app.handle(Event::Started)[0], Effect::MoveTo(0));
    app
}

fn verdict(kind: Kind) -> Box<Verdict> {
    let mut verdict = example::verdict("a", kind);
    if !matches!(kind, Kind::Passed | Kind::CompileError) {
        verdict.tests = vec![example::test("t", Mode::Real, Outcome::Failed(kind))];
    }
    Box::new(verdict)
}

fn checked(app: &mut App, kind: Kind) -> Vec<Effect> {
    app.handle(Event::Checked(app.run, verdict(kind)))
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

fn shown(app: &App) -> String {
    screen::plain(&screen::draw(app))
}

#[test]
fn a_save_stops_the_check_under_way_and_starts_another() {
    let effects = app().handle(Event::Saved);
    assert_eq!(effects, [Effect::Stop, Effect::Say(Say::Checking(0)), Effect::Check(Run(2), 0)]);
}

#[test]
fn a_verdict_that_comes_late_is_dropped() {
    let mut app = app();
    let _ = app.handle(Event::Saved);
    assert_eq!(app.handle(Event::Checked(Run(1), verdict(Kind::Passed))), []);
    assert_eq!(app.handle(Event::Failed(Run(1), "late".into())), []);
    assert_eq!(app.handle(Event::Stage(Run(1), Stage::Blocked)), []);
    let effects = app.handle(Event::Checked(Run(2), verdict(Kind::Deadlock)));
    assert_eq!(effects[0], Effect::Record { exercise: 0, passed: false });
}

#[test]
fn next_works_only_when_the_file_as_it_is_passes() {
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
fn the_solution_asks_before_success_and_not_after() {
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
fn quitting_stops_what_runs_and_nothing_else() {
    let mut app = app();
    assert_eq!(press(&mut app.clone(), "q"), [Effect::Stop, Effect::Quit]);
    app.prepares = Prepares::No;
    let _ = checked(&mut app, Kind::Deadlock);
    assert_eq!(app.handle(Event::Ended), [Effect::Quit]);
}

#[test]
fn what_comes_next_is_prepared_once_and_gives_way_to_a_save() {
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

#[test]
fn who_is_new_to_an_exercise_reads_the_brief_until_the_first_save() {
    let mut app = app();
    let mut brief = Text::new();
    brief.push(Line::plain("Make both ways safe."));
    let _ = app.handle(Event::Fetched(Topic::Brief, 0, brief));
    let _ = checked(&mut app, Kind::Deadlock);
    let screen = shown(&app);
    assert!(screen.contains("Make both ways safe.") && screen.contains("deadlock · deadlock it is"), "{screen}");
    let _ = app.handle(Event::Saved);
    assert_eq!(app.topic, Topic::Result);
    let screen = shown(&app);
    assert!(screen.contains("running") && screen.contains("a · t · deadlock"), "the old result stays:\n{screen}");
}

#[test]
fn digits_jump_to_errors_and_the_list_to_exercises() {
    let mut app = app();
    let _ = app.handle(Event::Resized(60, 12));
    let error = |n: usize| Diagnostic {
        level: Level::Error,
        code: None,
        message: String::new(),
        place: None,
        rendered: format!("error: number {n}\n{}", "  |\n".repeat(6)),
    };
    let mut failed = verdict(Kind::CompileError);
    failed.diagnostics = (1..=4).map(error).collect();
    let _ = app.handle(Event::Checked(app.run, failed));
    let _ = press(&mut app, "3");
    let screen = shown(&app);
    assert!(screen.contains("error: number 3") && !screen.contains("number 2"), "{screen}");
    let _ = press(&mut app, "9");
    assert_eq!(app.note.as_deref(), Some("there is no error or failed test number 9"));
    let _ = press(&mut app, "l/DEAD");
    let _ = app.handle(Event::Key(Key::Enter));
    let _ = press(&mut app, "jj");
    assert_eq!(checks(&app.handle(Event::Key(Key::Enter))), [(2, 2)], "{}", shown(&app));
}

/// Whatever happens: at most one check is under way, each is answered by a verdict or a stop, nothing panics, and
/// no row is wider than the screen nor missing.
#[test]
fn ten_thousand_random_evenings() {
    let mut random = Random(0x9e37_79b9);
    for _ in 0..500 {
        let mut app = app();
        app.colour = if random.below(2) == 0 { Colour::On } else { Colour::Off };
        let mut under_way = Some(Run(1));
        for _ in 0..20 {
            evening(&mut app, &mut random, &mut under_way);
        }
    }
}

fn evening(app: &mut App, random: &mut Random, under_way: &mut Option<Run>) {
    for _ in 0..1 + random.below(6) {
        let event = random.event(app);
        if let Event::Checked(run, _) | Event::Failed(run, _) = &event
            && *under_way == Some(*run)
        {
            *under_way = None;
        }
        for effect in app.handle(event) {
            match effect {
                Effect::Stop => assert!(under_way.take().is_some(), "a stop of nothing"),
                Effect::Check(run, _) => assert_eq!(under_way.replace(run), None, "two at once"),
                _ => {}
            }
        }
        assert_eq!(under_way.is_some(), app.state == State::Running);
    }
    let (width, height) = app.size;
    let drawn = screen::draw(app);
    assert_eq!(drawn.rows.len(), height, "{:?}", app.topic);
    for row in &drawn.rows {
        assert!(row.width() <= width, "wider than {width}: {:?}", row.plain());
    }
    assert!(drawn.cursor.is_none_or(|(column, row)| column < width && row < height), "{:?}", drawn.cursor);
    let painted = screen::paint(&drawn, Some("/course"));
    assert!(painted.iter().all(|row| !row.contains(['\n', '\r', '\t'])), "{painted:?}");
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % end
    }

    fn words(&mut self) -> String {
        const WORDS: [&str; 8] =
            ["lock ", "日本語", "e\u{301}", "👩‍👩‍👧", "\x1b[31mred\x1b[0m", "\tx", "exercises/a/src/lib.rs ", "\u{7f}\x1b[2J"];
        (0..self.below(40)).map(|_| WORDS[self.below(8) as usize]).collect()
    }

    fn text(&mut self) -> Text {
        let mut text = Text::new();
        for _ in 0..self.below(60) {
            let style = if self.below(2) == 0 { Style::Rendered } else { Style::Bad };
            let words = self.words();
            text.push(Line::styled(style, words));
        }
        text
    }

    fn verdict(&mut self) -> Box<Verdict> {
        const KINDS: [Kind; 5] =
            [Kind::Passed, Kind::CompileError, Kind::Deadlock, Kind::FailingTest, Kind::NoTests];
        let mut verdict = verdict(KINDS[self.below(5) as usize]);
        verdict.headline = self.words().replace(['\x1b', '\t', '\u{7f}'], "");
        for test in &mut verdict.tests {
            test.message = self.words();
            test.output.head = self.words();
        }
        for _ in 0..self.below(4) {
            let (rendered, message) = (self.words(), self.words());
            verdict.diagnostics.push(Diagnostic { level: Level::Warning, code: None, message, place: None, rendered });
        }
        verdict
    }

    fn key(&mut self) -> Key {
        const KEYS: [Key; 11] = [
            Key::Enter,
            Key::Esc,
            Key::Tab,
            Key::BackTab,
            Key::Backspace,
            Key::Up,
            Key::Down,
            Key::PageUp,
            Key::PageDown,
            Key::Home,
            Key::End,
        ];
        let chars: Vec<char> = "nhtbq?slerp/xyfy13 gGjko日é".chars().collect();
        match self.below(3) {
            0 => KEYS[self.below(11) as usize],
            _ => Key::Char(chars[self.below(chars.len() as u64) as usize]),
        }
    }

    fn event(&mut self, app: &App) -> Event {
        const TOPICS: [Topic; 3] = [Topic::Brief, Topic::Hint, Topic::Solution];
        let run = Run((app.run.0 + 1).saturating_sub(self.below(3)));
        let mode = if self.below(2) == 0 { Mode::Real } else { Mode::Explore };
        match self.below(24) {
            0 => Event::Saved,
            1 => Event::Resized(1 + self.below(300) as usize, 1 + self.below(100) as usize),
            2 => Event::Resized(1 + self.below(12) as usize, 1 + self.below(12) as usize),
            3 => Event::Tick(self.below(5_000)),
            4 | 5 => Event::Checked(run, self.verdict()),
            6 => Event::Failed(run, self.words()),
            7 => Event::Prepared((self.below(3) as usize, mode)),
            8 => Event::Fetched(TOPICS[self.below(3) as usize], self.below(3) as usize, self.text()),
            9 => Event::Explained(self.below(3) as usize, self.words()),
            10 => Event::Note(self.words()),
            11 => Event::Standing(self.words()),
            12 => Event::Stage(run, Stage::Testing(mode, 3)),
            13 => Event::Stage(run, Stage::Compiling(mode, self.words())),
            14 => Event::Stage(run, Stage::Built { mode, done: self.below(9) as usize, of: self.below(9) as usize }),
            15 => {
                let mut test = example::test("t", mode, Outcome::Failed(Kind::Panic));
                test.name = self.words();
                Event::Stage(run, Stage::Tested(Box::new(test)))
            }
            _ => Event::Key(self.key()),
        }
    }
}
