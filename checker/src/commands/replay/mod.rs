//! `checker replay`: the interleaving that failed, again, as a picture, as a page, or step by step.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::json;
use trace::map::Map;
use trace::{Failure, Trace};

use crate::course::exercise::Exercise;
use crate::course::store::FailedSchedule;
use crate::error::{COMMAND, Exit, UserError};
use crate::runner::check::Check;
use crate::runner::compile;
use crate::runner::compile::direct::tools;
use crate::runner::replayer::{self, Ready, Replayer};
use crate::session::{self, Session};
use crate::system::process;
use crate::system::toolchain::Toolchain;
use crate::ui::text::style::{Colour, Line, Style, Text};
use crate::ui::view::page::{self, Page, Source};
use crate::ui::view::verdict as view;
use crate::verdict::{Outcome, TestResult};

mod map;
mod step;

#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exercise; without it, the current one
    pub name: Option<String>,
    /// Go through it step by step, and choose who goes on
    #[arg(long, conflicts_with_all = ["html", "json"])]
    pub step: bool,
    /// Show every interleaving as a tree: which pass, which fail, and where that is decided
    #[arg(long, conflicts_with = "step")]
    pub map: bool,
    /// This test instead of the one that decided the verdict
    #[arg(long)]
    pub test: Option<String>,
    /// Write it to FILE as a page of its own
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub html: Option<PathBuf>,
    /// Open the page
    #[arg(long, requires = "html")]
    pub open: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let toolchain = tools::installed(session.root())?;
    process::adopt_orphans();
    let at = session.find(args.name.as_deref(), &session.progress())?;
    let exercise = session.exercise(at);
    if !exercise.explored {
        let what = format!("`{}` is tested on real threads only, where no interleaving can be replayed", exercise.name);
        return Err(UserError::new(what, format!("run it with `{COMMAND} run`")).into());
    }
    let stored = session.store.failed_schedules(&exercise.name);
    let failed = match choose(exercise, stored, args)? {
        None if !args.map => match find(session, at, toolchain, args)? {
            Found::Failure(failed) => Some(failed),
            Found::Nothing(exit) => return Ok(exit),
        },
        failed => failed,
    };
    let check = Check {
        root: session.root(),
        exercise,
        compile: compile::Options { toolchain, colour: session.printer.colour == Colour::On },
        seed: None,
        stop: &session.stop,
        report: &|_| {},
        compiled: None,
        contained: None,
    };
    let wanted = args.test.as_deref().or(failed.as_ref().map(|failed| failed.test.as_str()));
    match (replayer::ready(&check, wanted)?, &failed) {
        (Ready::Yes(mut replayer), _) if args.map => map::execute(session, exercise, &mut replayer, wanted, args),
        (Ready::Yes(mut replayer), Some(failed)) => run(session, exercise, &mut replayer, failed, args),
        (Ready::NoTest, _) if args.test.is_some() => {
            let what = format!("there is no test `{}` in `{}`", wanted.unwrap_or(""), exercise.name);
            Err(UserError::new(what, format!("`{COMMAND} replay {} --map` shows all of its tests", exercise.name))
                .into())
        }
        (other, _) => not_ready(session, exercise, other, wanted.unwrap_or("")),
    }
}

/// Reports why a test cannot be replayed.
fn not_ready(session: &Session, exercise: &Exercise, ready: Ready<'_>, test: &str) -> Result<Exit> {
    match ready {
        Ready::Yes(_) | Ready::Stopped => Ok(Exit::Interrupted),
        Ready::Errors(diagnostics) => {
            let mut text = Text::new();
            diagnostics.iter().for_each(|diagnostic| text.append(view::diagnostic(diagnostic)));
            session.printer.print(&text)?;
            Ok(Exit::NotYet)
        }
        Ready::NoTest => {
            let what = format!("there is no test `{test}` any more");
            Err(UserError::new(what, format!("run `{COMMAND} run {}` to see what fails now", exercise.name)).into())
        }
    }
}

/// The schedule to replay; `None` if none failed.
fn choose(exercise: &Exercise, failed: Vec<FailedSchedule>, args: &Args) -> Result<Option<FailedSchedule>> {
    let Some(wanted) = args.test.as_deref().filter(|_| !args.map && !failed.is_empty()) else {
        return Ok(failed.into_iter().next());
    };
    let found = failed.into_iter().find(|failed| failed.test == wanted);
    let missing = || {
        let what = format!("no explored interleaving of `{wanted}` failed in the last check");
        let help = format!("`{COMMAND} replay {} --map --test {wanted}` shows all of them", exercise.name);
        UserError::new(what, help).into()
    };
    found.map(Some).ok_or_else(missing)
}

/// The result of a check when no failed schedule was stored.
enum Found {
    Failure(FailedSchedule),
    /// There is nothing to replay.
    Nothing(Exit),
}

/// Checks the exercise, because no failed schedule is stored.
fn find(session: &Session, at: usize, toolchain: Toolchain, args: &Args) -> Result<Found> {
    let Some(verdict) = session.check(at, toolchain, None, &session.stop, &|_| {})? else {
        return Ok(Found::Nothing(Exit::Interrupted));
    };
    if let Some(failed) = choose(session.exercise(at), verdict.failed_schedules(), args)? {
        return Ok(Found::Failure(failed));
    }
    session.printer.print(&view::verdict(&verdict, view::Diagnostics::Warnings, session.printer.space()))?;
    Ok(Found::Nothing(Exit::passes_if(verdict.passed())))
}

fn run(
    session: &Session,
    exercise: &Exercise,
    replayer: &mut Replayer<'_>,
    failed: &FailedSchedule,
    args: &Args,
) -> Result<Exit> {
    let mut result = replayer.run(&failed.choices)?;
    // If the code was changed, it may have been another interleaving.
    if let Some(trace) = result.trace.as_mut().filter(|trace| trace.choices == failed.choices) {
        failed.number(trace);
    }
    if session.stop.is_stopped() {
        return Ok(Exit::Interrupted);
    }
    let exit = Exit::passes_if(result.outcome == Outcome::Passed);
    if args.step {
        step::execute(session, exercise, replayer, result)?;
    } else if args.html.is_some() {
        let map = replayer.map()?;
        write_page(session, exercise, &result, map.as_ref(), args)?;
    } else if args.json {
        let mut document = serde_json::to_value(&result)?;
        document["schema"] = json!(1);
        document["exercise"] = json!(exercise.name);
        session::print_json(&document)?;
    } else {
        session.printer.print(&text(exercise, &result, session.printer.width))?;
    }
    Ok(exit)
}

fn text(exercise: &Exercise, result: &TestResult, width: usize) -> Text {
    let mut text = Text::new();
    if result.outcome == Outcome::Passed {
        let words = format!("`{}` no longer fails in the interleaving that it failed in last", result.name);
        text.push(Line::styled(Style::Good, words));
        text.push(Line::styled(Style::Aside, format!("all of them: {COMMAND} run {}", exercise.name)));
        return text;
    }
    text.append(view::failed_test(result, width));
    text.push(Line::styled(Style::Aside, format!("step by step: {COMMAND} replay {} --step", exercise.name)));
    text
}

fn write_page(
    session: &Session,
    exercise: &Exercise,
    result: &TestResult,
    map: Option<&Map>,
    args: &Args,
) -> Result<()> {
    let failure = result.failure();
    let Some(trace) = failure.trace.as_ref().filter(|_| result.outcome != Outcome::Passed) else {
        let what = format!("`{}` no longer fails in the interleaving that it failed in last", result.name);
        return Err(UserError::new(what, format!("run `{COMMAND} run {}` to explore all", exercise.name)).into());
    };
    write_pages(session, &format!("{} · {}", exercise.name, result.name), Some((&failure, trace)), map, args)
}

/// Writes the page, and opens it, as far as `args` ask for that.
fn write_pages(
    session: &Session,
    title: &str,
    failed: Option<(&Failure, &Trace)>,
    map: Option<&Map>,
    args: &Args,
) -> Result<()> {
    let Some(file) = &args.html else { return Ok(()) };
    let mapped = map.iter().flat_map(|map| (0..map.nodes.len()).map(|node| map.trace(node)));
    let steps = mapped.chain(failed.map(|(_, trace)| trace)).flat_map(|trace| &trace.steps);
    // Files outside the course, such as the standard library's, are not shown.
    let files: BTreeSet<&str> = steps.filter_map(|step| Some(step.place.as_ref()?.file.as_str())).collect();
    let texts: Vec<(&str, String)> = files
        .into_iter()
        .filter_map(|file| Some((file, fs::read_to_string(session.root().join(file)).ok()?)))
        .collect();
    let sources: Vec<Source<'_>> = texts.iter().map(|(file, text)| Source { file, text }).collect();
    let page = page::html(&Page { title, failed, map, sources: &sources, goal: None, links: &[] });
    fs::write(file, page).with_context(|| format!("{} cannot be written", file.display()))?;
    eprintln!("written: {}", file.display());
    if args.open { open(file) } else { Ok(()) }
}

/// Opens `file` with the default program of the system.
fn open(file: &Path) -> Result<()> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let status =
        Command::new(opener).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => {
            let what = format!("no browser could be started with `{opener}`");
            Err(UserError::new(what, format!("open {} by hand", file.display())).into())
        }
    }
}
