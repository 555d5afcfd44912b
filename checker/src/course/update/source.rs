//! Where the newest version of the course comes from.

use anyhow::Result;

use crate::error::{COMMAND, UserError};
use crate::system::git::Git;

/// The reference under which git keeps the newest version that was fetched.
const FETCHED: &str = "refs/checker/course";

/// A repository that has the course.
pub struct Source {
    /// The name of a remote, or an address.
    from: String,
    pub url: String,
    /// What git fetches from there anyway.
    refspecs: Vec<String>,
}

impl Source {
    /// `url`, or else the remote `upstream`, which a fork has, or the one that the branch follows, or `origin`.
    pub fn of(git: &Git<'_>, url: Option<&str>) -> Result<Source> {
        if let Some(url) = url {
            return Ok(Source { from: url.to_owned(), url: url.to_owned(), refspecs: Vec::new() });
        }
        let remotes = git.maybe(&["remote"])?.unwrap_or_default();
        let followed = match git.maybe(&["symbolic-ref", "--quiet", "--short", "HEAD"])? {
            Some(branch) => git.maybe(&["config", &format!("branch.{branch}.remote")])?,
            None => None,
        };
        let wanted = [Some("upstream"), followed.as_deref(), Some("origin"), remotes.lines().next()];
        let found = wanted.into_iter().flatten().find(|name| remotes.lines().any(|remote| remote == *name));
        let Some(name) = found else {
            let what = "this copy of the course has no remote to update from";
            let help = format!("say where it is: `{COMMAND} update --from URL`");
            return Err(UserError::new(what, help).into());
        };
        let url = git.maybe(&["remote", "get-url", name])?.unwrap_or_else(|| name.to_owned());
        let refspecs = git.maybe(&["config", "--get-all", &format!("remote.{name}.fetch")])?.unwrap_or_default();
        Ok(Source { from: name.to_owned(), url, refspecs: refspecs.lines().map(str::to_owned).collect() })
    }

    /// Fetches the newest version, without changing a file of the learner's. Returns its commit.
    pub fn fetch(&self, git: &Git<'_>) -> Result<String> {
        let newest = format!("+HEAD:{FETCHED}");
        let refspecs = self.refspecs.iter().map(String::as_str);
        let call =
            ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--", &self.from];
        let answer = git.ask(&call.into_iter().chain([newest.as_str()]).chain(refspecs).collect::<Vec<_>>())?;
        if !answer.succeeded {
            let what = format!("the newest version cannot be fetched from {}: {}", self.url, answer.complaint());
            let help = "check the address and the connection, and try again; nothing was changed";
            return Err(UserError::new(what, help).into());
        }
        let commit = git.line(&["rev-parse", "--verify", &format!("{FETCHED}^{{commit}}")])?;
        let manifest = git.maybe(&["show", &format!("{commit}:Cargo.toml")])?.unwrap_or_default();
        if !manifest.lines().any(|line| line.trim() == crate::course::catalogue::MARK) {
            let what = format!("{} is not a version of this course", self.url);
            return Err(UserError::new(what, format!("say where the course is: `{COMMAND} update --from URL`")).into());
        }
        Ok(commit)
    }
}
