//! A clean copy of the course, in which other people's files are examined.
//!
//! It comes from the last commit, so that what the teacher is working on does not matter; without git, from the folder.
//! It has no solutions, which a submission could include, and an empty file wherever learners write.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::course::originals::{self, Originals};
use crate::error::{COMMAND, UserError};
use crate::system::git::Git;
use crate::system::process::Stop;

/// Folders of the course that are no part of it.
const NOT_COPIED: [&str; 4] = ["target", ".git", ".checker", "book"];
/// A longer file is not part of a course.
const LONGEST: u64 = 8 << 20;
/// What stands in the place of an answer.
pub const STUB: &str = "";

/// The copy.
pub struct Workspace {
    pub catalogue: Catalogue,
    /// A hash of everything in it.
    pub version: String,
}

/// A file of the course by its path in it, with its content.
type Files = Vec<(PathBuf, Vec<u8>)>;

impl Workspace {
    /// Copies the course at `root` to `dir/course`. Files that are the same already are not touched, so that cargo does
    /// not build them again.
    pub fn lay_out(root: &Path, dir: &Path, stop: &Stop) -> Result<Workspace> {
        if !root.join(".git").exists() {
            return Workspace::copy(in_folder(root)?, dir);
        }
        let git = Git::find(root, stop)?;
        let commit = git.line(&["rev-parse", "HEAD"])?;
        let stamp = dir.join("commit");
        let known = fs::read_to_string(&stamp).unwrap_or_default();
        if let Some((_, version)) = known.split_once(' ').filter(|(known, _)| *known == commit) {
            let workspace = Workspace { catalogue: Catalogue::find(&dir.join("course"))?, version: version.to_owned() };
            for exercise in &workspace.catalogue.exercises {
                // An examination that was killed leaves its answer behind.
                fs::write(exercise.source(), STUB)?;
            }
            return Ok(workspace);
        }
        let _ = fs::remove_file(&stamp);
        let workspace = Workspace::copy(committed(&git, dir)?, dir)?;
        fs::write(&stamp, format!("{commit} {}", workspace.version))?;
        Ok(workspace)
    }

    fn copy(mut files: Files, dir: &Path) -> Result<Workspace> {
        let original = Solutions::take_from(&mut files);
        for (file, content) in &mut files {
            if is_answer(file) {
                STUB.as_bytes().clone_into(content);
            }
        }
        let copy = dir.join("course");
        write(&files, &copy).with_context(|| format!("the course cannot be copied to {}", copy.display()))?;
        let catalogue = Catalogue::find(&copy)?;
        for exercise in &catalogue.exercises {
            original.compare(exercise)?;
        }
        let texts: Vec<u8> =
            files.iter().flat_map(|(file, content)| [file.as_os_str().as_encoded_bytes(), content].concat()).collect();
        Ok(Workspace { catalogue, version: originals::hash(&texts) })
    }

    /// The exercise of the copy that is `exercise` of the course.
    pub fn find(&self, exercise: &Exercise) -> Result<&Exercise> {
        let found = self.catalogue.exercises.iter().find(|found| found.path() == exercise.path());
        found.ok_or_else(|| {
            let what = format!("`{}` is not in the last commit of the course", exercise.name);
            UserError::new(what, "commit it, because submissions are examined with what is committed").into()
        })
    }

    pub fn root(&self) -> &Path {
        &self.catalogue.root
    }
}

/// Whether `file` is the one that learners write.
fn is_answer(file: &Path) -> bool {
    file.starts_with("exercises") && file.ends_with("src/lib.rs")
}

/// The files of the last commit. Git writes them into a folder beside the copy first.
fn committed(git: &Git<'_>, dir: &Path) -> Result<Files> {
    let staged = dir.join("committed");
    let _ = fs::remove_dir_all(&staged);
    fs::create_dir_all(&staged)?;
    let git = git.with_index(staged.join(".index"));
    git.run(&["read-tree", "HEAD"])?;
    git.run(&["checkout-index", "--all", &format!("--prefix={}/", staged.display())])?;
    fs::remove_file(staged.join(".index"))?;
    let files = in_folder(&staged);
    let _ = fs::remove_dir_all(&staged);
    files
}

/// The files in `root` and below, in order. Links are left out.
fn in_folder(root: &Path) -> Result<Files> {
    let mut files = Vec::new();
    collect(root, Path::new(""), &mut files).with_context(|| format!("{} cannot be read", root.display()))?;
    Ok(files)
}

fn collect(root: &Path, dir: &Path, files: &mut Files) -> io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(root.join(dir))?.collect::<io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (dir.join(entry.file_name()), entry.file_type()?);
        if kind.is_dir() && !NOT_COPIED.iter().any(|name| path == Path::new(name)) {
            collect(root, &path, files)?;
        } else if kind.is_file() && entry.metadata()?.len() <= LONGEST {
            files.push((path, fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// Makes `to` contain exactly `files`.
fn write(files: &Files, to: &Path) -> io::Result<()> {
    let wanted: BTreeSet<&Path> = files.iter().flat_map(|(file, _)| file.ancestors()).collect();
    for (file, content) in files {
        let file = to.join(file);
        if fs::read(&file).ok().as_ref() != Some(content) {
            fs::create_dir_all(file.parent().unwrap_or(to))?;
            fs::write(&file, content)?;
        }
    }
    remove_others(to, Path::new(""), &wanted)
}

fn remove_others(to: &Path, dir: &Path, wanted: &BTreeSet<&Path>) -> io::Result<()> {
    for entry in fs::read_dir(to.join(dir))? {
        let entry = entry?;
        let path = dir.join(entry.file_name());
        match (wanted.contains(path.as_path()), entry.file_type()?.is_dir()) {
            // Cargo makes it if the course has none.
            (false, false) if path == Path::new("Cargo.lock") => {}
            (false, false) => fs::remove_file(entry.path())?,
            (false, true) => fs::remove_dir_all(entry.path())?,
            (true, true) => remove_others(to, &path, wanted)?,
            (true, false) => {}
        }
    }
    Ok(())
}

/// The hashes that lie beside the solutions.
struct Solutions(Vec<(PathBuf, Originals)>);

impl Solutions {
    /// Takes the solutions out of `files`, but for the manifests, because cargo wants to see all members of a workspace.
    fn take_from(files: &mut Files) -> Solutions {
        let mut originals = Vec::new();
        for (file, content) in std::mem::take(files) {
            let Ok(inner) = file.strip_prefix("solutions") else {
                files.push((file, content));
                continue;
            };
            let folder = inner.parent().unwrap_or(inner).to_owned();
            match inner.file_name().and_then(|name| name.to_str()) {
                Some("Cargo.toml") => {
                    files.push((Path::new("solutions").join(&folder).join("src/lib.rs"), STUB.into()));
                    files.push((file, content));
                }
                Some(originals::FILE) => {
                    originals.extend(Originals::parse(&String::from_utf8_lossy(&content)).map(|read| (folder, read)));
                }
                _ => {}
            }
        }
        Solutions(originals)
    }

    /// An error if the tests of `exercise`, or its manifest, are not the course's.
    fn compare(&self, exercise: &Exercise) -> Result<()> {
        let path = PathBuf::from(exercise.path());
        let Some((_, originals)) = self.0.iter().find(|(folder, _)| *folder == path) else { return Ok(()) };
        let altered = originals.altered(exercise);
        if altered.is_empty() {
            return Ok(());
        }
        let what = format!("your own copy of `{}` is not the course's: {}", exercise.name, altered.join(", "));
        let help = format!("restore it with `{COMMAND} reset {} --tests`, and commit that", exercise.name);
        Err(UserError::new(what, help).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[(&str, &str)]) -> Files {
        names.iter().map(|(name, content)| (PathBuf::from(name), content.as_bytes().to_vec())).collect()
    }

    /// Would catch: a submission that includes the solution, or a copy that keeps what was deleted.
    #[test]
    fn the_copy_has_manifests_of_solutions_and_no_answers() {
        let mut all = files(&[
            ("solutions/01_a/01_b/Cargo.toml", "[package]"),
            ("solutions/01_a/01_b/src/lib.rs", "secret"),
            ("solutions/01_a/01_b/accepted/other.rs", "secret"),
            ("solutions/01_a/01_b/originals.toml", "\"Cargo.toml\" = \"1\"\n"),
            ("exercises/01_a/01_b/Cargo.toml", "[package]"),
        ]);
        let Solutions(originals) = Solutions::take_from(&mut all);
        assert_eq!(originals.len(), 1);
        let names: Vec<String> = all.iter().map(|(name, _)| name.display().to_string()).collect();
        let manifest = "solutions/01_a/01_b/Cargo.toml";
        assert_eq!(names, ["solutions/01_a/01_b/src/lib.rs", manifest, "exercises/01_a/01_b/Cargo.toml"]);
        assert!(all.iter().all(|(_, content)| content != b"secret"));
        assert!(is_answer(Path::new("exercises/01_a/01_b/src/lib.rs")) && !is_answer(Path::new(manifest)));

        let dir = tempfile::tempdir().unwrap();
        write(&all, dir.path()).unwrap();
        write(&all[1..2].to_vec(), dir.path()).unwrap();
        let left = in_folder(dir.path()).unwrap();
        assert_eq!(left, files(&[(manifest, "[package]")]));
    }
}
