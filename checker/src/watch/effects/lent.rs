//! Other programs to which the watch lends its terminal, or that show something beside it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::Performer;
use crate::error::Exit;
use crate::session::Session;
use crate::system::git::Git;
use crate::ui::terminal::{self, editor};
use crate::ui::text::style::Colour;
use crate::watch::state::Event;

/// Where the pages are, relative to the root.
const PAGES: &str = ".checker/pages";

impl Performer {
    /// Opens the editor at `line`, or else at the first TODO.
    pub(super) fn edit(&self, at: usize, line: Option<u32>) -> Result<()> {
        let variable = |name: &str| std::env::var(name).ok();
        let Some(editor) = editor::choose(variable, || core_editor(&self.session), || is_on_the_path("vi")) else {
            let _ = self.events.send(Event::Note("no editor was found: set $VISUAL or $EDITOR".to_owned()));
            return Ok(());
        };
        let path = self.session.exercise(at).source();
        let line = line.or_else(|| line_to_do(&path));
        self.lend("editor", move || {
            match terminal::editor(&editor, &editor::arguments(&editor, &path, line)).status() {
                Ok(status) if status.success() => None,
                Ok(status) => Some(format!("`{editor}` did not end well ({status})")),
                Err(error) => Some(format!("`{editor}` could not be started: {error}")),
            }
        })
    }

    /// Runs the stepper.
    pub(super) fn step(&self, at: usize, test: &str) -> Result<()> {
        let mut command = self.replay(at, test);
        command.arg("--step").stderr(Stdio::piped());
        let words = format!("stepping through `{test}` …");
        self.lend("stepper", move || {
            // It takes a moment until the steps are there.
            println!("{words}");
            match command.spawn().and_then(std::process::Child::wait_with_output) {
                Ok(output) => what_went_wrong(output.status.code(), &output.stderr),
                Err(error) => Some(format!("the steps cannot be shown: {error}")),
            }
        })
    }

    /// Writes the page and opens it in the browser.
    pub(super) fn open_page(&self, at: usize, test: &str) -> Result<()> {
        let name = &self.session.exercise(at).name;
        fs::create_dir_all(self.session.root().join(PAGES))?;
        let file = format!("{PAGES}/{name}.html");
        let mut command = self.replay(at, test);
        command.args(["--html", &file, "--open"]).stdin(Stdio::null());
        let events = self.events.clone();
        let _ = events.send(Event::Note(format!("making the page {file}")));
        thread::Builder::new().name("page".to_owned()).spawn(move || {
            let note = match command.output() {
                Ok(output) => what_went_wrong(output.status.code(), &output.stderr)
                    .unwrap_or_else(|| format!("the page {file} is open in the browser")),
                Err(error) => format!("the page cannot be made: {error}"),
            };
            events.send(Event::Note(note))
        })?;
        Ok(())
    }

    /// `cargo checker replay`, for the interleaving in which `test` failed.
    fn replay(&self, at: usize, test: &str) -> Command {
        let mut command = Command::new(&self.program);
        let colour = if self.session.printer.colour == Colour::On { "always" } else { "never" };
        command.args(["replay", &self.session.exercise(at).name, "--test", test, "--color", colour]);
        command.current_dir(self.session.root());
        command
    }

    /// Lends the terminal to `work`, on another thread. Checks continue meanwhile. `work` returns what went wrong.
    fn lend(&self, name: &str, work: impl FnOnce() -> Option<String> + Send + 'static) -> Result<()> {
        let Some(terminal) = self.terminal.clone() else { return Ok(()) };
        let (events, signals) = (self.events.clone(), self.signals.clone());
        signals.lend();
        terminal.lend();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let error = work();
            // If Ctrl-C ended the program, the checker receives the signal as well.
            thread::sleep(Duration::from_millis(100));
            signals.take_back();
            let _ = terminal.take_back();
            let (columns, rows) = terminal.size();
            let _ = events.send(Event::Resized(columns, rows));
            error.map(|error| events.send(Event::Note(error)));
        })?;
        Ok(())
    }
}

/// The error of another checker; `None` if it did what it should, even if the test failed.
fn what_went_wrong(code: Option<i32>, said: &[u8]) -> Option<String> {
    let is_done = [Exit::Done, Exit::NotYet].iter().any(|exit| code == Some(i32::from(exit.code())));
    if is_done {
        return None;
    }
    let said = String::from_utf8_lossy(said);
    let lines = said.lines().map(|line| line.trim().trim_start_matches("error: ").trim_start_matches("help: "));
    Some(lines.filter(|line| !line.is_empty() && !line.starts_with("written: ")).collect::<Vec<_>>().join("; "))
}

/// Git's own setting, in whatever file it is.
fn core_editor(session: &Session) -> Option<String> {
    let git = Git::find(session.root(), &session.stop).ok()?;
    git.maybe(&["config", "--get", "core.editor"]).ok()?
}

fn is_on_the_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// The line of the first TODO, counted from 1.
fn line_to_do(path: &Path) -> Option<u32> {
    let text = fs::read_to_string(path).ok()?;
    let at = text.lines().position(|line| line.contains("TODO"))?;
    u32::try_from(at + 1).ok()
}
