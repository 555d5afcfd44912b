//! The stepper on a real terminal: keys in, screens out, the program run again when somebody chooses.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};
use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};
use trace::timeline;

use crate::exercise::Exercise;
use crate::replayer::Replayer;
use crate::session::Session;
use crate::stepper::{Effect, Input, Stepper};
use crate::trouble::Trouble;
use crate::verdict::{Outcome, TestResult};
use crate::view::page::Source;
use crate::view::step;
use crate::view::style::Colour;

/// Goes through `result` until somebody quits.
pub fn execute(session: &Session, exercise: &Exercise, replayer: &mut Replayer<'_>, result: TestResult) -> Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        let help = format!("run it in a terminal, or look at the picture with `checker replay {}`", exercise.name);
        return Err(Trouble::new("going step by step needs a terminal", help).into());
    }
    let title = format!("{} · {}", exercise.name, result.name);
    let (trace, ending) = step_through(result)?;
    let mut stepper = Stepper::new(trace, ending);
    let texts = sources(session, exercise);
    let sources: Vec<Source<'_>> = texts.iter().map(|(file, text)| Source { file, text }).collect();
    let _screen = FullScreen::enter()?;
    draw(&title, &stepper, &sources, session.screen.colour)?;
    loop {
        let Some(input) = input(&event::read().context("reading a key")?) else {
            draw(&title, &stepper, &sources, session.screen.colour)?;
            continue;
        };
        match stepper.handle(input) {
            Effect::Quit => return Ok(()),
            Effect::Redraw => {}
            Effect::Rerun(choices) => {
                let (trace, ending) = step_through(replayer.run(&choices)?)?;
                stepper.go_on_in(trace, ending);
            }
        }
        draw(&title, &stepper, &sources, session.screen.colour)?;
    }
}

/// The interleaving of `result`, and how it ends.
fn step_through(result: TestResult) -> Result<(trace::Trace, String)> {
    let ending = match (&result.outcome, &result.trace) {
        (Outcome::Passed, _) => "the test passed in this interleaving".to_owned(),
        (_, Some(trace)) => timeline::verdict(&result.failure(), trace),
        (_, None) => result.message.clone(),
    };
    let Some(trace) = result.trace else {
        let what = format!("`{}` could not be run step by step: {ending}", result.name);
        return Err(Trouble::new(what, "run `checker run` to see its verdict").into());
    };
    Ok((trace, ending))
}

/// The learner's file and the tests, as the compiler names them.
fn sources(session: &Session, exercise: &Exercise) -> Vec<(String, String)> {
    let files = std::iter::once(exercise.source()).chain(exercise.tests.iter().cloned());
    files
        .filter_map(|file| {
            let name = file.strip_prefix(session.root()).ok()?.to_string_lossy().into_owned();
            Some((name, fs::read_to_string(&file).ok()?))
        })
        .collect()
}

fn input(event: &Event) -> Option<Input> {
    let Event::Key(key) = event else { return None };
    if key.kind == KeyEventKind::Release {
        return None;
    }
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Input::Quit),
        KeyCode::Char('q') | KeyCode::Esc => Some(Input::Quit),
        KeyCode::Right | KeyCode::Char(' ' | 'l') | KeyCode::Enter => Some(Input::Forward),
        KeyCode::Left | KeyCode::Char('h') | KeyCode::Backspace => Some(Input::Back),
        KeyCode::Home => Some(Input::Start),
        KeyCode::End => Some(Input::End),
        KeyCode::Char(digit) => digit.to_digit(10)?.checked_sub(1).map(|task| Input::Choose(task as usize)),
        _ => None,
    }
}

fn draw(title: &str, stepper: &Stepper, sources: &[Source<'_>], colour: Colour) -> Result<()> {
    let (width, height) = terminal::size().context("the size of the terminal")?;
    let text = step::screen(title, stepper, sources, usize::from(width), usize::from(height));
    let mut out = io::stdout().lock();
    let printed = text.print(colour).trim_end_matches('\n').replace('\n', "\x1b[K\r\n");
    write!(out, "\x1b[H{printed}\x1b[K\x1b[J")?;
    out.flush().context("drawing")
}

/// The alternate screen, for as long as this lives.
struct FullScreen;

impl FullScreen {
    fn enter() -> Result<Self> {
        terminal::enable_raw_mode().context("the terminal cannot be read key by key")?;
        let screen = FullScreen;
        execute!(io::stdout(), terminal::EnterAlternateScreen, cursor::Hide).context("the alternate screen")?;
        Ok(screen)
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        let _ = execute!(io::stdout(), cursor::Show, terminal::LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}
