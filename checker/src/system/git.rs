//! Runs git in a folder.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::error::UserError;
use crate::system::fault;
use crate::system::process::{self, How, Spec, Stop, Stream};

/// No call takes longer, not even a download.
const LIMIT: Duration = Duration::from_secs(900);
/// How many arguments one call gets at most, because Windows limits the length of a command line. Even, because some
/// arguments come in pairs.
const AT_ONCE: usize = 100;
/// Variables by which a caller such as a git hook would make git use another repository.
const FOREIGN: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_PREFIX"];

/// Git, in a folder.
#[derive(Clone)]
pub struct Git<'a> {
    dir: PathBuf,
    index: Option<PathBuf>,
    stop: &'a Stop,
}

/// What a call printed, and whether it succeeded.
pub struct Answer {
    pub succeeded: bool,
    pub out: Vec<u8>,
    pub err: String,
}

impl<'a> Git<'a> {
    /// Git in `dir`; an error if it is not installed.
    pub fn find(dir: &Path, stop: &'a Stop) -> Result<Git<'a>> {
        version()?;
        Ok(Git { dir: dir.to_owned(), index: None, stop })
    }

    /// The same, with another index file.
    pub fn with_index(&self, index: PathBuf) -> Git<'a> {
        Git { index: Some(index), ..self.clone() }
    }

    /// Runs `git ARGUMENTS`. An error means that it could not be run, or was stopped.
    pub fn ask(&self, arguments: &[&str]) -> Result<Answer> {
        fault::point();
        let mut command = Command::new("git");
        // Nothing is packed in the background while the checker works.
        command.args(["-c", "core.quotePath=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false"]);
        command.args(arguments).current_dir(&self.dir);
        for name in FOREIGN {
            command.env_remove(name);
        }
        // The messages are compared, and nobody can answer a question. A call that only reads takes no lock, which would
        // stay if the checker were killed.
        command
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_LITERAL_PATHSPECS", "1");
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let end = process::run(Spec::new(command, self.stop).limit(LIMIT), &mut |stream, bytes| match stream {
            Stream::Out => out.extend_from_slice(bytes),
            Stream::Err => err.extend_from_slice(bytes),
        })
        .context("git could not be started")?;
        if end.how == How::Stopped {
            return Err(UserError::new("interrupted", "run the command again").into());
        }
        let err = String::from_utf8_lossy(&err).trim().to_owned();
        Ok(Answer { succeeded: end.how == How::Exited(0), out, err })
    }

    /// Like [`Git::ask`], for a call that fails only if something is wrong with git or the disk.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let answer = self.ask(arguments)?;
        if answer.succeeded {
            return Ok(answer.out);
        }
        let call = arguments.first().unwrap_or(&"");
        let what = format!("`git {call}` failed: {}", answer.complaint());
        Err(UserError::new(what, "correct what git complains about, and run the command again").into())
    }

    /// The output of a call without the line end.
    pub fn line(&self, arguments: &[&str]) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.run(arguments)?).trim_end().to_owned())
    }

    /// The output of a call without the line end; `None` if it fails, or says nothing.
    pub fn maybe(&self, arguments: &[&str]) -> Result<Option<String>> {
        let answer = self.ask(arguments)?;
        let line = String::from_utf8_lossy(&answer.out).trim_end().to_owned();
        Ok(Some(line).filter(|line| answer.succeeded && !line.is_empty()))
    }

    /// Runs `git ARGUMENTS ITEMS`, in several calls if there are many items. Does nothing if there are none.
    pub fn run_with(&self, arguments: &[&str], items: &[String]) -> Result<()> {
        for items in items.chunks(AT_ONCE) {
            let items = items.iter().map(String::as_str);
            self.run(&arguments.iter().copied().chain(items).collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

impl Answer {
    /// The line that says what went wrong.
    pub fn complaint(&self) -> &str {
        let lines = || self.err.lines().map(str::trim).filter(|line| !line.is_empty());
        let worst = lines().find_map(|line| line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: ")));
        worst.or_else(|| lines().next_back()).unwrap_or("it does not say why")
    }
}

/// The version of the installed git, such as `2.47.3`.
pub fn version() -> Result<String> {
    let output = Command::new("git").arg("--version").stdin(Stdio::null()).output();
    let missing = || UserError::new("git was not found", "install it from https://git-scm.com/downloads");
    match output {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout);
            Ok(said.trim().trim_start_matches("git version ").to_owned())
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let what = format!("git does not work: {}", said.lines().next().unwrap_or_default().trim());
            Err(UserError::new(what, "correct what it complains about").into())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(missing().into()),
        Err(error) => Err(error).context("git could not be started"),
    }
}
