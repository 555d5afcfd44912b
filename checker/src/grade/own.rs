//! The learner's own files, examined where they lie.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Result;

use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::error::UserError;
use crate::grade::examiner::{Examiner, Sandbox, Source, Submission};
use crate::grade::report::Help;
use crate::runner::check::LONGEST_SOURCE;
use crate::session::Session;
use crate::system::toolchain::Toolchain;
use crate::verdict::Verdict;

/// Examines the files in the learner's course.
pub struct Own<'a> {
    pub session: &'a Session,
    pub toolchain: Toolchain,
}

impl Examiner for Own<'_> {
    fn examine(&self, exercise: &Exercise, text: &str) -> Result<Option<Verdict>> {
        let is_there = || fs::read(exercise.source()).is_ok_and(|bytes| bytes == text.as_bytes());
        let at = self.session.catalogue.get(&exercise.name)?;
        let was_there = is_there();
        let verdict = self.session.check(at, self.toolchain, None, &self.session.stop, &|_| {})?;
        if verdict.is_some() && !(was_there && is_there()) {
            let what = format!("{} was saved while it was graded", self.session.shown(&exercise.source()));
            return Err(UserError::new(what, "grade again when the files are at rest").into());
        }
        Ok(verdict)
    }

    fn course(&self) -> &Catalogue {
        &self.session.catalogue
    }

    fn sandbox(&self) -> Sandbox {
        Sandbox::default()
    }
}

/// The learner's own files among `exercises`.
pub fn submission(exercises: &[&Exercise]) -> Submission {
    let sources =
        exercises.iter().filter_map(|exercise| Some((exercise.name.clone(), source(&exercise.source())?))).collect();
    Submission { sources, notes: Vec::new() }
}

fn source(file: &Path) -> Option<Source> {
    let refused = |why: String| Some(Source::Refused(format!("src/lib.rs {why}")));
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Ok(data) if !data.is_file() => return refused("is not a file".to_owned()),
        Ok(data) if data.len() > LONGEST_SOURCE => {
            return refused(format!("is {} MiB long, which cannot be meant", data.len().div_ceil(1 << 20)));
        }
        Ok(_) | Err(_) => {}
    }
    match fs::read(file).map(String::from_utf8) {
        Ok(Ok(text)) => Some(Source::Text(text)),
        Ok(Err(_)) => refused("is not UTF-8".to_owned()),
        Err(error) => refused(format!("cannot be read: {error}")),
    }
}

/// The help that the learner took, exercise by exercise.
pub fn help(session: &Session) -> impl Fn(&Exercise) -> Help {
    let progress = session.progress();
    move |exercise| {
        let entry = progress.exercises.get(&exercise.name).cloned().unwrap_or_default();
        Help { hints: entry.hints_seen, peeked: entry.peeked, attempts: entry.attempts }
    }
}
