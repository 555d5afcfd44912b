//! The screen after every kind of event, and after ten thousand random sessions.

use super::*;
use crate::course::exercise::example::exercise;
use crate::course::progress::Progress;
use crate::ui::keys::Key;
use crate::ui::text::style::{Colour, Text};
use crate::verdict::{Diagnostic, Kind, Level, Mode, Outcome, Stage, Verdict, example};
use crate::watch::state::{CheckNumber, Effect, Event, Sight};

fn app() -> App {
    let exercises = ["a", "b", "c"].map(exercise).to_vec();
    let mut app = App::new(exercises, "/course".to_owned(), Progress::default(), 0, Sight::Screen);
    let _ = app.handle(Event::Started);
    app
}

fn press(app: &mut App, keys: &str) {
    for c in keys.chars() {
        let _ = app.handle(Event::Key(Key::Char(c)));
    }
}

fn shown(app: &App) -> String {
    plain(&draw(app))
}

#[test]
fn a_new_exercise_shows_its_brief_until_the_first_save() {
    let mut app = app();
    let mut brief = Text::new();
    brief.push(Line::plain("Make both ways safe."));
    let _ = app.handle(Event::Fetched(Topic::Brief, 0, brief));
    let _ = app.handle(Event::Checked(app.run, example::decided(Kind::Deadlock)));
    let screen = shown(&app);
    assert!(screen.contains("Make both ways safe.") && screen.contains("✗ DEADLOCK · deadlock it is"), "{screen}");
    let _ = app.handle(Event::Saved);
    assert_eq!(app.topic, Topic::Result);
    let screen = shown(&app);
    assert!(screen.contains("running") && screen.contains(" t · deadlock"), "the old result stays:\n{screen}");
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
    let mut failed = example::decided(Kind::CompileError);
    failed.diagnostics = (1..=4).map(error).collect();
    let _ = app.handle(Event::Checked(app.run, failed));
    press(&mut app, "3");
    let screen = shown(&app);
    assert!(screen.contains("error: number 3") && !screen.contains("number 2"), "{screen}");
    press(&mut app, "9");
    assert_eq!(app.note.as_deref(), Some("there is no error or failed test number 9"));
    press(&mut app, "l/DEAD");
    let _ = app.handle(Event::Key(Key::Enter));
    press(&mut app, "jj");
    let effects = app.handle(Event::Key(Key::Enter));
    assert!(effects.contains(&Effect::MoveTo(2)), "{effects:?}");
}

/// Whatever happens: at most one check is running, each check is answered by a verdict or a stop, nothing panics, no
/// row is missing, and none is wider than the screen.
#[test]
fn ten_thousand_random_sessions_keep_the_invariants() {
    let mut random = Random(0x9e37_79b9);
    for _ in 0..500 {
        let mut app = app();
        app.colour = if random.below(2) == 0 { Colour::On } else { Colour::Off };
        let mut under_way = Some(CheckNumber(1));
        for _ in 0..20 {
            evening(&mut app, &mut random, &mut under_way);
        }
    }
}

fn evening(app: &mut App, random: &mut Random, under_way: &mut Option<CheckNumber>) {
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
    let drawn = draw(app);
    assert_eq!(drawn.rows.len(), height, "{:?}", app.topic);
    for row in &drawn.rows {
        assert!(row.width() <= width, "wider than {width}: {:?}", row.plain());
    }
    assert!(drawn.cursor.is_none_or(|(column, row)| column < width && row < height), "{:?}", drawn.cursor);
    let painted = paint(&drawn, Some("/course"));
    assert!(painted.iter().all(|row| !row.contains(['\n', '\r', '\t'])), "{painted:?}");
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % end
    }

    fn words(&mut self) -> String {
        const WORDS: [&str; 8] = [
            "lock ",
            "日本語",
            "e\u{301}",
            "👩‍👩‍👧",
            "\x1b[31mred\x1b[0m",
            "\tx",
            "exercises/a/src/lib.rs ",
            "\u{7f}\x1b[2J",
        ];
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
        const KINDS: [Kind; 5] = [Kind::Passed, Kind::CompileError, Kind::Deadlock, Kind::FailingTest, Kind::NoTests];
        let mut verdict = example::decided(KINDS[self.below(5) as usize]);
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
        let run = CheckNumber((app.run.0 + 1).saturating_sub(self.below(3)));
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
            9 => Event::Explained(self.below(3) as usize, self.text()),
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
