//! What all commands share: the course, its progress, and where to print.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};

use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::course::originals::Originals;
use crate::course::progress::Progress;
use crate::course::store::{Saved, Store};
use crate::runner::check::{self, Check};
use crate::runner::compile;
use crate::system::process::Stop;
use crate::system::toolchain::Toolchain;
use crate::ui::terminal;
use crate::ui::text::markdown::{self, Links, Look};
use crate::ui::text::style::{Colour, Text};
use crate::ui::view::rows;
use crate::ui::view::space::Space;
use crate::verdict::summary;
use crate::verdict::{Mode, Stage, Verdict};

/// The course, as used by one command.
pub struct Session {
    pub catalogue: Catalogue,
    pub store: Store,
    pub printer: Printer,
    /// Stops everything that this process started.
    pub stop: Stop,
    /// Receives notes for the learner.
    pub notes: Notes,
}

/// Which exercises a command knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those that the teacher selected.
    Selected,
    /// All of them, for authors.
    All,
}

/// Prints to standard error by default.
pub type Notes = Arc<dyn Fn(&str) + Send + Sync>;

/// How to print to standard output.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    pub colour: Colour,
    pub links: Links,
    /// In cells.
    pub width: usize,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

impl Session {
    /// Opens the course that contains the current folder.
    pub fn open(printer: Printer, stop: Stop, scope: Scope) -> Result<Session> {
        let here = std::env::current_dir().context("the current folder cannot be found")?;
        let catalogue = match scope {
            Scope::Selected => Catalogue::find_selected(&here)?,
            Scope::All => Catalogue::find(&here)?,
        };
        let store = Store::new(&catalogue.root);
        let notes: Notes = Arc::new(|note| eprintln!("{note}"));
        catalogue.notes().for_each(|note| notes(&note));
        Ok(Session { catalogue, store, printer, stop, notes })
    }

    /// The same session, with the exercises as they are now.
    pub fn with(&self, catalogue: Catalogue) -> Session {
        let (store, stop, notes) = (self.store.clone(), self.stop.clone(), Arc::clone(&self.notes));
        Session { catalogue, store, printer: self.printer, stop, notes }
    }

    pub fn exercise(&self, at: usize) -> &Exercise {
        &self.catalogue.exercises[at]
    }

    /// The progress, for commands that only read it.
    pub fn progress(&self) -> Progress {
        let read = self.store.read();
        if let Some(note) = read.condition.note(&self.store.file()) {
            (self.notes)(&note);
        }
        read.progress
    }

    /// The index of the exercise that `name` stands for, or of the current one.
    pub fn find(&self, name: Option<&str>, progress: &Progress) -> Result<usize> {
        match name {
            Some(name) => self.catalogue.get(name),
            None => progress.current(&self.catalogue.names()).context("there are no exercises"),
        }
    }

    /// The exercises that `names` stand for; all exercises if `names` is empty.
    pub fn chosen(&self, names: &[String]) -> Result<Vec<&Exercise>> {
        if names.is_empty() {
            return Ok(self.catalogue.exercises.iter().collect());
        }
        names.iter().map(|name| Ok(self.exercise(self.catalogue.get(name)?))).collect()
    }

    /// Changes the progress, and reports any problem with saving it.
    pub fn update(&self, change: impl FnOnce(&mut Progress)) -> Result<()> {
        let saved: Saved = self.store.update(change)?;
        if let Some(note) = saved.note() {
            (self.notes)(&note);
        }
        Ok(())
    }

    /// Checks the exercise `at`; `None` if it was stopped.
    pub fn check(
        &self,
        at: usize,
        toolchain: Toolchain,
        seed: Option<u64>,
        stop: &Stop,
        report: &(dyn Fn(Stage) + Sync),
    ) -> Result<Option<Verdict>> {
        let exercise = &self.catalogue.compilable(at)?;
        let verdict = check::check(&Check {
            root: self.root(),
            exercise,
            compile: compile::Options { toolchain, colour: self.printer.colour == Colour::On },
            compiled: None,
            contained: None,
            seed,
            stop,
            report,
        })?;
        let Some(verdict) = verdict else { return Ok(None) };
        let originals = Originals::read(&self.catalogue.solution(exercise)).unwrap_or_default();
        let mut verdict = summary::with_altered(verdict, exercise, &originals.altered(exercise));
        if !verdict.passed() && self.is_untouched(exercise) {
            verdict.brief = fs::read_to_string(exercise.brief()).ok();
        }
        self.store.keep_failed_schedules(&exercise.name, &verdict.failed_schedules());
        Ok(Some(verdict))
    }

    /// Whether the learner's file is still the starter.
    fn is_untouched(&self, exercise: &Exercise) -> bool {
        let read = |path: &Path| fs::read_to_string(path).ok().map(|text| text.replace('\r', ""));
        let starter = read(&self.catalogue.solution(exercise).join("starter.rs"));
        starter.is_some() && starter == read(&exercise.source())
    }

    /// Compiles the exercise `at` ahead of time, at the lowest priority.
    pub fn prepare(&self, at: usize, mode: Mode, toolchain: Toolchain, stop: &Stop) -> Result<()> {
        let options = compile::Options { toolchain, colour: self.printer.colour == Colour::On };
        compile::prepare(self.root(), &self.catalogue.compilable(at)?, mode, options, stop)
    }

    /// The path of a file relative to the course.
    pub fn shown<'a>(&self, path: &'a Path) -> std::path::Display<'a> {
        path.strip_prefix(self.root()).unwrap_or(path).display()
    }

    /// Markdown from `file` of the course, as it is shown.
    pub fn markdown(&self, page: &str, file: &Path) -> Text {
        let folder = file.parent().unwrap_or(file);
        let folder = folder.strip_prefix(self.root()).unwrap_or(folder).display().to_string();
        let (colour, links) = (self.printer.colour, self.printer.links);
        let root = self.root().display().to_string();
        markdown::markdown(page, &Look { colour, links, root: &root, folder: &folder.replace('\\', "/") })
    }

    pub fn root(&self) -> &Path {
        &self.catalogue.root
    }
}

impl Printer {
    /// A printer to standard output. `when`, the environment and the terminal decide, in this order, whether it uses
    /// colour.
    pub fn new(when: When) -> Printer {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        let terminal = io::stdout().is_terminal() && terminal::understands_escapes();
        let colour = match when {
            When::Always => true,
            When::Never => false,
            When::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            When::Auto => set("CLICOLOR_FORCE") || terminal,
        };
        let has_links = colour && terminal && terminal::has_links(|name| std::env::var(name).ok());
        Printer {
            colour: if colour { Colour::On } else { Colour::Off },
            links: if has_links { Links::Opened } else { Links::Spelled },
            width: width(),
        }
    }

    /// Whether a full screen can be used: input and output are a terminal that interprets escape sequences.
    pub fn is_full() -> bool {
        let is = |name: &str, value: &str| std::env::var_os(name).is_some_and(|found| found == value);
        let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
        let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        is_terminal && terminal::understands_escapes() && !is("TERM", "") && !in_ci
    }

    pub fn space(&self) -> Space {
        Space::to_print(self.width, self.colour)
    }

    pub fn print(&self, text: &Text) -> Result<()> {
        print_raw(rows::printed(text, self.colour, self.width).as_bytes())
    }
}

/// Prints `bytes` to standard output.
pub fn print_raw(bytes: &[u8]) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).context("printing")
}

/// Prints `value` as one JSON document.
pub fn print_json(value: &serde_json::Value) -> Result<()> {
    print_raw(format!("{value:#}\n").as_bytes())
}

fn width() -> usize {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let found = || terminal::size().map(|(columns, _)| columns);
    asked.or_else(found).filter(|columns| *columns > 0).unwrap_or(80).clamp(40, 160)
}
