//! The output of cargo and the compiler.

use std::path::PathBuf;

use super::Binary;
use super::fault::{self, Fault, Package};
use super::message::{self, Message};
use crate::course::exercise::Exercise;
use crate::system::process::{HeadTail, Stream};
use crate::verdict::{Diagnostic, Level, Mode, Stage};

/// Processes cargo's output, in chunks as they arrive.
pub struct Listener<'a> {
    exercise: &'a Exercise,
    mode: Mode,
    report: &'a dyn Fn(Stage),
    out: Lines,
    err: Lines,
    /// The end of cargo's messages for people.
    pub said: HeadTail,
    pub binaries: Vec<Binary>,
    pub diagnostics: Vec<Diagnostic>,
    /// The first error that is not the learner's fault.
    pub foreign: Option<Diagnostic>,
    /// The exercise's library, if cargo found it up to date.
    pub library: Option<PathBuf>,
}

impl<'a> Listener<'a> {
    pub fn new(exercise: &'a Exercise, mode: Mode, report: &'a dyn Fn(Stage)) -> Self {
        Self {
            exercise,
            mode,
            report,
            out: Lines::default(),
            err: Lines::default(),
            said: HeadTail::new(4 * 1024),
            binaries: Vec::new(),
            diagnostics: Vec::new(),
            foreign: None,
            library: None,
        }
    }

    pub fn hear(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Out => {
                for line in self.out.push(bytes) {
                    self.message(&line);
                }
            }
            Stream::Err => {
                for line in self.err.push(bytes) {
                    self.line_for_people(&line);
                }
            }
        }
    }

    fn message(&mut self, line: &[u8]) {
        match message::read(line) {
            Message::Diagnostic { package_id, diagnostic } => {
                let is_own = package_id == self.exercise.package_id;
                self.diagnostic(diagnostic, if is_own { Package::Exercise } else { Package::Other });
            }
            Message::TestBinary { package_id, path, source } if package_id == self.exercise.package_id => {
                self.binaries.push(Binary { path, source, prefix: String::new() });
            }
            Message::FreshLibrary { package_id, path } if package_id == self.exercise.package_id => {
                self.library = Some(path);
            }
            Message::TestBinary { .. } | Message::FreshLibrary { .. } | Message::Other => {}
        }
    }

    fn diagnostic(&mut self, diagnostic: Diagnostic, package: Package) {
        match (diagnostic.level, package) {
            (Level::Error, _) if fault::of(&diagnostic, package) == Fault::Environment => {
                self.foreign.get_or_insert(diagnostic);
            }
            // Warnings about other packages, or about the tests, do not concern the learner.
            (Level::Warning, Package::Other) => {}
            (Level::Warning, _) if self.is_in_a_test(&diagnostic) => {}
            _ if self.diagnostics.iter().any(|known| known.rendered == diagnostic.rendered) => {}
            (level, _) => {
                if level == Level::Error {
                    (self.report)(Stage::Diagnosed(Box::new(diagnostic.clone())));
                }
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn is_in_a_test(&self, diagnostic: &Diagnostic) -> bool {
        let place = diagnostic.place.as_ref();
        place.is_some_and(|place| self.exercise.tests.iter().any(|test| test.ends_with(&place.file)))
    }

    fn line_for_people(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        match line.trim_start().split_once(' ') {
            Some(("Compiling", package)) => {
                let name = package.split(' ').next().unwrap_or(package);
                (self.report)(Stage::Compiling(self.mode, name.to_owned()));
            }
            Some(("Building", progress)) => {
                if let Some((done, of)) = units(progress) {
                    (self.report)(Stage::Built { mode: self.mode, done, of });
                }
            }
            Some(("Blocking", _)) => (self.report)(Stage::Blocked),
            Some(("Finished" | "Executable" | "Fresh" | "Dirty" | "Running", _)) => {}
            _ => {
                self.said.push(line.as_bytes());
                self.said.push(b"\n");
            }
        }
    }
}

/// The `12` and the `34` of `[====>   ] 12/34: tokio`.
fn units(progress: &str) -> Option<(usize, usize)> {
    let (_, rest) = progress.split_once("] ")?;
    let (done, rest) = rest.split_once('/')?;
    let of = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((done.parse().ok()?, of.parse().ok()?))
}

/// Splits a stream into lines. A progress bar ends with a carriage return when it is redrawn.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The lines that `bytes` complete.
    fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.0.extend_from_slice(bytes);
        let Some(end) = self.0.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')) else { return Vec::new() };
        let rest = self.0.split_off(end + 1);
        let complete = std::mem::replace(&mut self.0, rest);
        complete[..end].split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::to_vec).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_complete_however_they_arrive() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"on"), Vec::<Vec<u8>>::new());
        assert_eq!(lines.push(b"e\n\ntwo\nth"), [b"one".to_vec(), b"".to_vec(), b"two".to_vec()]);
        assert_eq!(lines.push(b"ree\n"), [b"three".to_vec()]);
        assert_eq!(lines.push(b"bar\rbar\r"), [b"bar".to_vec(), b"bar".to_vec()]);
    }

    #[test]
    fn the_units_are_read_from_cargos_bar() {
        assert_eq!(units("[=====>     ] 12/34: tokio, mio(build)"), Some((12, 34)));
        assert_eq!(units("[=====>     ] 12/34"), Some((12, 34)));
        assert_eq!(units("a bridge"), None);
    }

    #[test]
    fn an_error_is_reported_once_and_warnings_of_other_code_never() {
        use std::cell::RefCell;
        let mut exercise = crate::course::exercise::example::exercise("abba");
        exercise.tests = vec!["/course/exercises/02_mutex/03_abba/tests/abba.rs".into()];
        let reported = RefCell::new(Vec::new());
        let report = |stage| reported.borrow_mut().push(format!("{stage:?}"));
        let mut listener = Listener::new(&exercise, Mode::Real, &report);
        let line = |package: &str, level: &str, text: &str| {
            let file = if text == "five" { "exercises/02_mutex/03_abba/tests/abba.rs" } else { "src/lib.rs" };
            format!(
                r#"{{"reason":"compiler-message","package_id":"{package}","message":{{"message":"{text}","code":null,"level":"{level}","spans":[{{"file_name":"{file}","line_start":1,"is_primary":true}}],"rendered":"{level}: {text}\n"}}}}"#
            ) + "\n"
        };
        let ours = exercise.package_id.as_str();
        for text in [
            line(ours, "error", "one"),
            line(ours, "error", "one"),
            line(ours, "warning", "two"),
            line("other", "warning", "three"),
            line("other", "error", "four"),
            line(ours, "warning", "five"),
        ] {
            listener.hear(Stream::Out, text.as_bytes());
        }
        let messages: Vec<&str> = listener.diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["one", "two"]);
        assert_eq!(listener.foreign.map(|error| error.message).as_deref(), Some("four"));
        assert_eq!(reported.borrow().len(), 1, "{reported:?}");
    }
}
