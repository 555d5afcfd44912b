//! The stepper on a real terminal: reads keys, draws screens, and runs the program again when the user makes another
//! choice.

use std::fs;
use std::io::{self, IsTerminal as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use trace::timeline;

use crate::course::exercise::Exercise;
use crate::error::{COMMAND, UserError};
use crate::runner::replayer::Replayer;
use crate::session::Session;
use crate::ui::keys::Key;
use crate::ui::stepper::{Input, Reaction, Stepper};
use crate::ui::terminal::{self, Frame, Surface, Terminal};
use crate::ui::view::page::Source;
use crate::ui::view::step;
use crate::verdict::{Outcome, TestResult};

/// How often to check for a new window size or a signal.
const LOOK: Duration = Duration::from_millis(200);

/// Steps through `result` until the user quits.
pub fn execute(session: &Session, exercise: &Exercise, replayer: &mut Replayer<'_>, result: TestResult) -> Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        let help = format!("run it in a terminal, or look at the picture with `{COMMAND} replay {}`", exercise.name);
        return Err(UserError::new("going step by step needs a terminal", help).into());
    }
    let title = format!("{} · {}", exercise.name, result.name);
    let (trace, ending) = step_through(result)?;
    let mut stepper = Stepper::new(trace, ending);
    let mut is_mapped = false;
    let texts = sources(session, exercise);
    let sources: Vec<Source<'_>> = texts.iter().map(|(file, text)| Source { file, text }).collect();
    let (sender, keys) = mpsc::channel();
    let key = move |key| {
        let _ = sender.send(key);
    };
    let terminal = Terminal::open(Surface::Screen, key).context("the terminal cannot be read key by key")?;
    let Some(terminal) = terminal else { return Ok(()) };
    let _given_back = GivenBack(terminal.clone());
    loop {
        let (width, height) = terminal.size();
        let text = step::screen(&title, &stepper, &sources, width, height).print(session.printer.colour);
        let rows = text.lines().map(str::to_owned).collect();
        terminal.draw(&Frame { rows, cursor: None }).context("drawing")?;
        // The map takes a moment, so the first screen is drawn before it.
        if !std::mem::replace(&mut is_mapped, true) {
            if let Some(map) = replayer.map()? {
                stepper.take_in(map);
            }
            continue;
        }
        let input = match keys.recv_timeout(LOOK) {
            Ok(terminal::Input::Key(key)) => input(key),
            Ok(terminal::Input::Resized(..)) => None,
            Ok(terminal::Input::End) | Err(RecvTimeoutError::Disconnected) => Some(Input::Quit),
            Err(RecvTimeoutError::Timeout) if session.stop.is_stopped() => Some(Input::Quit),
            Err(RecvTimeoutError::Timeout) => None,
        };
        match input.map(|input| stepper.handle(input)) {
            Some(Reaction::Quit) => return Ok(()),
            Some(Reaction::Rerun(choices)) => {
                let (trace, ending) = step_through(replayer.run(&choices)?)?;
                stepper.go_on_in(trace, ending);
            }
            Some(Reaction::Redraw) | None => {}
        }
    }
}

/// Restores the terminal on drop.
struct GivenBack(Terminal);

impl Drop for GivenBack {
    fn drop(&mut self) {
        self.0.leave();
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
        return Err(UserError::new(what, format!("run `{COMMAND} run` to see its verdict")).into());
    };
    Ok((trace, ending))
}

/// The learner's file and the tests, with their paths as the compiler reports them.
fn sources(session: &Session, exercise: &Exercise) -> Vec<(String, String)> {
    let files = std::iter::once(exercise.source()).chain(exercise.tests.iter().cloned());
    files
        .filter_map(|file| {
            let name = file.strip_prefix(session.root()).ok()?.to_string_lossy().into_owned();
            Some((name, fs::read_to_string(&file).ok()?))
        })
        .collect()
}

fn input(key: Key) -> Option<Input> {
    match key {
        Key::Char('q') | Key::Esc => Some(Input::Quit),
        Key::Right | Key::Down | Key::Char(' ' | 'l') | Key::Enter => Some(Input::Forward),
        Key::Left | Key::Up | Key::Char('h') | Key::Backspace => Some(Input::Back),
        Key::Home => Some(Input::Start),
        Key::End => Some(Input::End),
        Key::Char(digit) => digit.to_digit(10)?.checked_sub(1).map(|task| Input::Choose(task as usize)),
        Key::Tab | Key::BackTab | Key::PageUp | Key::PageDown => None,
    }
}
