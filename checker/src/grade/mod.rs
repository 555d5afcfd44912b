//! `checker grade`: marks for the learner's own files, for one submission, or for a class.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Result, anyhow};

use crate::course::exercise::Exercise;
use crate::course::moment::Moment;
use crate::error::Exit;
use crate::session::Session;
use crate::system::process;
use crate::system::toolchain::{self, Toolchain};
use crate::ui::text::style::Colour;

use self::examiner::Examiner;
use self::formats::{Around, Format};
use self::job::{Helped, Job};
use self::report::Report;
use self::shard::Shard;
use self::sink::Target;
use self::submission::{Sandboxing, SubmissionExaminer};
use self::submitted::Clock;
use self::work::{Person, Reuse};

mod announced;
mod class;
mod edition;
pub mod examiner;
mod formats;
mod job;
mod merge;
mod own;
mod report;
mod shard;
mod sink;
mod submission;
mod submitted;
mod verdicts;
mod work;

#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Inner>,
    /// Without any: all exercises
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub target: Target,
    /// Grade only this part of the work, for one of several machines
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// Grade the files of somebody else, in a sandbox: only their `src/lib.rs` files count
    #[arg(long, value_name = "DIR", conflicts_with = "class")]
    pub submission: Option<PathBuf>,
    /// Grade a class: a folder with a folder for each person
    #[arg(long, value_name = "DIR")]
    pub class: Option<PathBuf>,
    /// What contains the code of other people
    #[arg(long, value_name = "WHETHER", default_value = "require")]
    pub sandbox: Sandboxing,
    /// When the files were handed in, such as 2026-12-04T23:59:00+01:00
    #[arg(long, value_name = "TIME", value_parser = Moment::parse)]
    pub submitted: Option<Moment>,
    /// Examine everything again, even files that were examined before
    #[arg(long)]
    pub fresh: bool,
}

#[derive(clap::Subcommand, Debug)]
pub enum Inner {
    /// Join the JSON reports of all shards, or write one in another format
    ///
    /// Examples:
    ///   cargo checker grade merge 1.json 2.json
    ///   cargo checker grade merge marks.json --format html --output marks.html
    #[command(verbatim_doc_comment)]
    Merge(MergeArgs),
}

#[derive(clap::Args, Debug)]
pub struct MergeArgs {
    /// The files that `grade --format json` wrote
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub target: Target,
}

pub fn execute(open: impl FnOnce() -> Result<Session>, args: &Args) -> Result<Exit> {
    if let Some(Inner::Merge(args)) = &args.command {
        return merge(&open()?, args);
    }
    let toolchain = thread::spawn(|| Toolchain::find().map(|toolchain| (toolchain, toolchain::version())));
    let mut session = open()?;
    let (toolchain, rustc) =
        toolchain.join().map_err(|_| anyhow!("the compiler could not be asked for its version"))??;
    if let Some(note) = toolchain.note() {
        (session.notes)(note);
    }
    sink::require_place(&args.target)?;
    process::adopt_orphans();
    let colour = std::mem::replace(&mut session.printer.colour, Colour::Off);
    let exercises = chosen(&session, &args.names)?;
    let job =
        |people: &[Person], notes: Vec<String>, examiner: &dyn Examiner, clock: Clock, help: Option<Helped<'_>>| {
            let job = Job {
                session: &session,
                target: &args.target,
                shard: args.shard.unwrap_or(Shard::ALL),
                reuse: if args.fresh { Reuse::Nothing } else { Reuse::Earlier },
                exercises: &exercises,
                people,
                notes,
                examiner,
                clock,
                help,
                rustc: rustc.clone().unwrap_or_default(),
                colour,
            };
            job.perform(&variable)
        };
    if args.submission.is_none() && args.class.is_none() {
        let people = [Person { name: None, submission: own::submission(&exercises) }];
        let clock = args.submitted.map_or_else(|| Clock::own(session.root(), &session.stop), Clock::Given);
        let own = own::Own { session: &session, toolchain };
        return job(&people, Vec::new(), &own, clock, Some(&own::help(&session)));
    }
    let examiner = SubmissionExaminer::open(session.root(), args.sandbox, toolchain, &session.stop)?;
    let clock = args.submitted.map_or(Clock::Unknown, Clock::Given);
    let (people, notes) = match (&args.submission, &args.class) {
        (Some(dir), _) => (vec![Person { name: None, submission: examiner.read(dir)? }], Vec::new()),
        (None, dir) => class::read(dir.as_deref().unwrap_or(Path::new(".")), &|dir| examiner.read(dir))?,
    };
    job(&people, notes, &examiner, clock, None)
}

/// The exercises that `names` stand for, each once, in the order of the course.
fn chosen<'a>(session: &'a Session, names: &[String]) -> Result<Vec<&'a Exercise>> {
    let mut chosen = session.chosen(names)?;
    chosen.sort_by_key(|exercise| exercise.path());
    chosen.dedup_by_key(|exercise| exercise.path());
    Ok(chosen)
}

fn merge(session: &Session, args: &MergeArgs) -> Result<Exit> {
    sink::require_place(&args.target)?;
    let report = merge::merge(&args.files)?;
    let exercises: Vec<&Exercise> = session.catalogue.exercises.iter().collect();
    formats::require_fit(args.target.format, report.start.students.len(), report.exercises().len(), &variable)?;
    let around = Around { colour: session.printer.colour, exercises: &exercises, variable: &variable };
    sink::put(&report, &args.target, &around)?;
    Ok(exit(&report, args.target.format))
}

/// The exit for a report in `format`.
fn exit(report: &Report, format: Format) -> Exit {
    if format.reads_exit_as_trouble() { Exit::Done } else { Exit::passes_if(report.all_pass()) }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
