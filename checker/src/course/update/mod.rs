//! Brings the newest version of the course into the learner's folder, and keeps what the learner has written.
//!
//! Git stores every version: the learner's files as they are (a commit that no branch has), the course's, and what
//! comes of both. `plan` decides about each file, and `journal` carries it out. Until the journal is written, nothing
//! outside of `.checker` and git's own storage changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context as _, Result};

use self::journal::{Becomes, Change, Desk, Journal, Kind, head};
use self::moves::{back_up, is_there};
use self::plan::{Plan, plan};
use self::source::Source;
use self::tree::{Blob, History, Tree, index_arguments};
use crate::error::{COMMAND, UserError};
use crate::system::fault;
use crate::system::git::Git;
use crate::system::process::Stop;

pub mod journal;
mod moves;
pub mod plan;
mod source;
mod tree;

/// The author of the commits that an update makes, if the learner has told git no name.
const AUTHOR: [&str; 4] = ["-c", "user.name=checker", "-c", "user.email=checker@localhost"];

/// A file that git has while it is in the middle of something; what that is; and how to end it.
const BUSY: [(&str, &str, &str); 7] = [
    ("MERGE_HEAD", "a merge", "`git merge --continue` or `git merge --abort`"),
    ("rebase-merge", "a rebase", "`git rebase --continue` or `git rebase --abort`"),
    ("rebase-apply", "a rebase", "`git rebase --continue` or `git rebase --abort`"),
    ("CHERRY_PICK_HEAD", "a cherry-pick", "`git cherry-pick --continue` or `git cherry-pick --abort`"),
    ("REVERT_HEAD", "a revert", "`git revert --continue` or `git revert --abort`"),
    ("BISECT_LOG", "a bisect", "`git bisect reset`"),
    ("index.lock", "another git command", "waiting for it, or by removing `.git/index.lock` if there is none"),
];

/// How an update ended.
pub enum Outcome {
    /// There was nothing new at this place.
    IsNewest { at: String },
    /// It was done now, or, if it was interrupted before, finished now.
    Done(Box<Journal>),
}

/// An update of the course in a folder. No other one runs there meanwhile.
pub struct Update<'a> {
    git: Git<'a>,
    desk: Desk,
    _lock: File,
}

impl<'a> Update<'a> {
    pub fn open(root: &Path, stop: &'a Stop) -> Result<Update<'a>> {
        let git = Git::find(root, stop)?;
        let desk = Desk::new(root);
        fs::create_dir_all(&desk.dir).with_context(|| format!("{} cannot be made", desk.dir.display()))?;
        let path = desk.dir.join("lock");
        let lock = File::create(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Update { git, desk, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(UserError::new("another update of this course is running", "wait for it to end").into())
            }
            Err(TryLockError::Error(error)) => Err(error).context("the update cannot be locked"),
        }
    }

    /// Finishes what was interrupted, if anything was.
    pub fn finish(&self) -> Result<Option<Journal>> {
        let Some(mut journal) = self.desk.unfinished()? else { return Ok(None) };
        journal.carry_out(&self.desk, &self.git)?;
        Ok(Some(journal))
    }

    /// Takes the newest version from `url`, or from where the course came from. `asks` is told where that is, and
    /// `begins` is called when the first file is about to be changed.
    pub fn update(&self, url: Option<&str>, asks: &dyn Fn(&str), begins: &dyn Fn()) -> Result<Outcome> {
        self.require_a_quiet_repository()?;
        let source = Source::of(&self.git, url)?;
        asks(&source.url);
        let new = source.fetch(&self.git)?;
        let before = head(&self.git)?;
        if let Some(before) = &before
            && self.is_ancestor(&new, before)?
        {
            return Ok(Outcome::IsNewest { at: source.url });
        }
        let prepared = self.prepare(before, &new);
        if prepared.is_err() {
            // The disk may be full.
            let _ = fs::remove_dir_all(self.desk.next());
        }
        let mut journal = prepared?;
        begins();
        self.desk.begin(&journal)?;
        journal.carry_out(&self.desk, &self.git)?;
        Ok(Outcome::Done(Box::new(journal)))
    }

    /// Prepares the update from the branch at `before` to the course's version `new`.
    fn prepare(&self, before: Option<String>, new: &str) -> Result<Journal> {
        self.clear_the_desk()?;

        let course = tree::read(&self.git, new)?;
        let history = History::read(&self.git, new)?;
        let files_before = self.snapshot(&course, &history, before.as_deref())?;
        let now = tree::read(&self.git, &files_before)?;
        let plan = plan(&now, &course, &history);
        self.require_free_places(&plan)?;

        let files_after = self.commit_of(&files_before, &plan, "after an update", &[&files_before])?;
        let after = self.branch_after(before.as_deref(), new, &course, &history)?;
        self.git.with_index(self.desk.new_index()).run(&["read-tree", &after])?;
        let backup = self.backup_folder(&files_before)?;
        for path in &plan.edited {
            back_up(&self.desk.root, &backup, path)?;
        }
        let changes = self.stage(&now, &plan.changes)?;
        self.protect(&files_after)?;
        let files = (files_before, files_after);
        Ok(Journal::new(Kind::Update, (before, Some(after)), files, backup, changes, plan.rows))
    }

    /// Restores the state before the last update.
    pub fn undo(&self) -> Result<Journal> {
        let Some(last) = self.desk.last_update()? else {
            return Err(UserError::new("there is no update to undo", "undo only what was updated").into());
        };
        self.require_a_quiet_repository()?;
        if head(&self.git)? != last.head_after {
            let what = "the branch has other commits than after the update, so it cannot be undone";
            let help = format!("take your files from {}, or use git to go back", last.backup);
            return Err(UserError::new(what, help).into());
        }
        self.clear_the_desk()?;
        let (now, old) = (tree::read(&self.git, &last.files_after)?, tree::read(&self.git, &last.files_before)?);
        let mut changes: BTreeMap<String, Option<Blob>> = old
            .iter()
            .filter(|(path, blob)| now.get(*path) != Some(blob))
            .map(|(p, b)| (p.clone(), Some(b.clone())))
            .collect();
        changes.extend(now.keys().filter(|path| !old.contains_key(*path)).map(|path| (path.clone(), None)));
        let changes = self.stage(&now, &changes)?;
        match fs::read(self.desk.kept_index()) {
            Ok(index) => fs::write(self.desk.new_index(), index).context("git's index cannot be prepared")?,
            Err(_) => {
                let tree = last.head_before.as_deref().unwrap_or("--empty");
                self.git.with_index(self.desk.new_index()).run(&["read-tree", tree])?;
            }
        }
        let backup = self.backup_folder(&last.files_before)?;
        let (heads, files) = ((last.head_after, last.head_before), (last.files_after, last.files_before));
        let mut journal = Journal::new(Kind::Undo, heads, files, backup, changes, Vec::new()).undoing(last.backup);
        self.desk.begin(&journal)?;
        journal.carry_out(&self.desk, &self.git)?;
        Ok(journal)
    }

    fn clear_the_desk(&self) -> Result<()> {
        let _ = fs::remove_dir_all(self.desk.next());
        fs::create_dir_all(self.desk.next()).context("the folder for an update cannot be made")
    }

    /// Refuses to work while git is in the middle of something, or where git keeps no versions of the course.
    fn require_a_quiet_repository(&self) -> Result<()> {
        let prefix = self.git.ask(&["rev-parse", "--show-prefix"])?;
        if !prefix.succeeded && !prefix.err.contains("not a git repository") {
            let what = format!("git cannot be used here: {}", prefix.complaint());
            return Err(UserError::new(what, "do what git says, and run the command again").into());
        }
        if !prefix.succeeded || !prefix.out.trim_ascii().is_empty() {
            let what = "this folder was not made by `git clone`, so it is not known where its newest version is";
            let help =
                format!("run `git init` here once, then `{COMMAND} update --from URL` with the course's address");
            return Err(UserError::new(what, help).into());
        }
        let call = BUSY.iter().flat_map(|(file, ..)| ["--git-path", file]);
        let paths = self.git.line(&["rev-parse"].into_iter().chain(call).collect::<Vec<_>>())?;
        for (path, (_, doing, ways)) in paths.lines().zip(BUSY) {
            if is_there(&self.desk.root.join(path)) {
                let what = format!("{doing} is under way in this folder");
                return Err(UserError::new(what, format!("end it with {ways}, then update")).into());
            }
        }
        // `git diff` would lock the index.
        if let Some(unmerged) = self.git.maybe(&["ls-files", "--unmerged"])? {
            let path = unmerged.lines().next().and_then(|line| line.split_once('\t')).map_or("", |(_, path)| path);
            let what = format!("git reports a conflict in {path}");
            return Err(UserError::new(what, "resolve it and `git add` the file, then update").into());
        }
        Ok(())
    }

    fn is_ancestor(&self, one: &str, other: &str) -> Result<bool> {
        Ok(self.git.ask(&["merge-base", "--is-ancestor", one, other])?.succeeded)
    }

    /// Commits all files as they are, without changing the branch or git's index: those that git knows, those that the
    /// course has or had, and those that the learner added to an exercise.
    fn snapshot(&self, course: &Tree, history: &History, head: Option<&str>) -> Result<String> {
        let real = self.desk.root.join(self.git.line(&["rev-parse", "--git-path", "index"])?);
        let index = self.desk.next().join("index-now");
        if is_there(&real) {
            fs::copy(&real, self.desk.old_index()).context("git's index cannot be copied")?;
            fs::copy(&real, &index).context("git's index cannot be copied")?;
        }
        let git = self.git.with_index(index);
        git.run(&["add", "--update"])?;
        let tracked = git.run(&["ls-files", "-z"])?;
        let tracked: BTreeSet<&str> =
            tracked.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok()).collect();
        let added = git.run(&["ls-files", "-z", "--others", "--exclude-standard", "--", "exercises"])?;
        let added = added.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok());
        let added = added.filter(|path| plan::is_learners(path)).map(str::to_owned);
        let courses = course.keys().chain(history.paths()).filter(|path| !tracked.contains(path.as_str()));
        let is_file = |path: &String| self.desk.root.join(path).symlink_metadata().is_ok_and(|file| !file.is_dir());
        let found: BTreeSet<String> = courses.cloned().chain(added).filter(is_file).collect();
        git.run_with(&["update-index", "--add", "--"], &found.into_iter().collect::<Vec<_>>())?;
        let tree = git.line(&["write-tree"])?;
        self.commit(&tree, "before an update", &head.into_iter().collect::<Vec<_>>(), &AUTHOR)
    }

    /// Commits the files of `commit` with the changes of `plan`.
    fn commit_of(&self, commit: &str, plan: &Plan, message: &str, parents: &[&str]) -> Result<String> {
        let tree = self.tree_of(commit, plan)?;
        self.commit(&tree, message, parents, &AUTHOR)
    }

    fn tree_of(&self, commit: &str, plan: &Plan) -> Result<String> {
        let git = self.git.with_index(self.desk.next().join("index-planned"));
        git.run(&["read-tree", commit])?;
        let (removed, added) = index_arguments(&plan.changes);
        git.run_with(&["update-index", "--force-remove", "--"], &removed)?;
        git.run_with(&["update-index", "--add"], &added)?;
        git.line(&["write-tree"])
    }

    fn commit(&self, tree: &str, message: &str, parents: &[&str], author: &[&str]) -> Result<String> {
        let parents = parents.iter().flat_map(|parent| ["-p", parent]);
        let call: Vec<&str> =
            author.iter().copied().chain(["commit-tree", tree, "-m", message]).chain(parents).collect();
        self.git.line(&call)
    }

    /// The commit of the branch after the update: the course's own if the learner has none, or else one that joins
    /// both, so that git knows that the branch has this version.
    fn branch_after(&self, before: Option<&str>, new: &str, course: &Tree, history: &History) -> Result<String> {
        let Some(before) = before else { return Ok(new.to_owned()) };
        if self.is_ancestor(before, new)? {
            return Ok(new.to_owned());
        }
        let tree = self.tree_of(before, &plan(&tree::read(&self.git, before)?, course, history))?;
        let has_name = self.git.maybe(&["config", "user.name"])?.is_some();
        let has_name = has_name && self.git.maybe(&["config", "user.email"])?.is_some();
        let author: &[&str] = if has_name { &[] } else { &AUTHOR };
        self.commit(&tree, &format!("Update the exercises to {}", &new[..new.len().min(10)]), &[before, new], author)
    }

    /// Refuses if something that git does not know is where a file has to be.
    fn require_free_places(&self, plan: &Plan) -> Result<()> {
        let root = &self.desk.root;
        for (path, _) in plan.changes.iter().filter(|(_, blob)| blob.is_some()) {
            let above = Path::new(path).ancestors().skip(1).filter(|above| !above.as_os_str().is_empty());
            let blocked = above.filter(|above| {
                let goes = above.to_str().is_some_and(|above| plan.changes.get(above) == Some(&None));
                root.join(above).symlink_metadata().is_ok_and(|found| !found.is_dir()) && !goes
            });
            let is_folder = root.join(path).symlink_metadata().is_ok_and(|found| found.is_dir());
            if let Some(obstacle) = blocked.last().or(is_folder.then(|| Path::new(path))) {
                let what = format!("{} is in the way of a file of the new version", obstacle.display());
                return Err(UserError::new(what, "move it elsewhere, then update").into());
            }
        }
        Ok(())
    }

    /// Writes both versions of each file that changes, so that nothing can fail later for want of space.
    fn stage(&self, now: &Tree, changes: &BTreeMap<String, Option<Blob>>) -> Result<Vec<Change>> {
        let old = changes.keys().filter_map(|path| Some((path.clone(), Some(now.get(path)?.clone()))));
        let new = changes.iter().filter(|(_, blob)| blob.is_some());
        self.write_out(&old.collect(), &self.desk.old())?;
        self.write_out(&new.map(|(path, blob)| (path.clone(), blob.clone())).collect(), &self.desk.new_files())?;
        let becomes = |blob: &Option<Blob>| if blob.is_some() { Becomes::New } else { Becomes::Removed };
        Ok(changes.iter().map(|(path, blob)| Change { path: path.clone(), becomes: becomes(blob) }).collect())
    }

    fn write_out(&self, files: &BTreeMap<String, Option<Blob>>, into: &Path) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let index = self.desk.next().join("index-staged");
        let _ = fs::remove_file(&index);
        let git = self.git.with_index(index);
        git.run_with(&["update-index", "--add"], &index_arguments(files).1)?;
        let prefix = format!("--prefix={}/", into.display());
        git.run(&["checkout-index", "--all", "--force", &prefix])?;
        match files.keys().find(|path| !is_there(&into.join(path))) {
            Some(missing) => {
                let what = format!("the new version of {missing} could not be written");
                Err(UserError::new(what, "free some space, and update again; nothing was changed").into())
            }
            None => Ok(()),
        }
    }

    /// A folder for the backups of this update, named after the time at which `commit` was made.
    fn backup_folder(&self, commit: &str) -> Result<String> {
        let format = "--date=format-local:%Y-%m-%d_%H-%M-%S";
        let time = self.git.line(&["log", "-1", "--format=%cd", format, commit])?;
        let names = (1..).map(|n| if n == 1 { time.clone() } else { format!("{time}_{n}") });
        let mut free = names.map(|name| format!(".checker/backup/{name}"));
        free.find(|name| !is_there(&self.desk.root.join(name))).context("no name is free")
    }

    /// Keeps git from deleting the files before and after the update, which an undo needs.
    fn protect(&self, files_after: &str) -> Result<()> {
        fault::point();
        self.git.run(&["update-ref", "refs/checker/update", files_after])?;
        Ok(())
    }
}
