//! A class: a folder with a folder for each person.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::error::UserError;
use crate::grade::examiner::Submission;
use crate::grade::work::Person;

/// Reads one submission.
type Read<'a> = &'a dyn Fn(&Path) -> Result<Submission>;

/// The people in `dir`, sorted by name, and notes about what is not a person. A submission that cannot be read is one
/// without files, and says why, so that the others are graded.
pub fn read(dir: &Path, read: Read<'_>) -> Result<(Vec<Person>, Vec<String>)> {
    let help = "name a folder that has a folder for each person";
    let unreadable = |error: std::io::Error| UserError::new(format!("{} cannot be read: {error}", dir.display()), help);
    let mut entries = fs::read_dir(dir).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let (mut people, mut notes) = (Vec::new(), Vec::new());
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // A link could lead to the files of somebody else.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            notes.push(format!("{name} is not a folder, so nobody is graded for it"));
            continue;
        }
        let submission = read(&top(&entry.path())).unwrap_or_else(|error| Submission {
            notes: vec![format!("nothing is graded: {error:#}")],
            ..Submission::default()
        });
        people.push(Person { name: Some(name), submission });
    }
    if people.is_empty() {
        return Err(UserError::new(format!("there is no folder in {}", dir.display()), help).into());
    }
    Ok((people, notes))
}

/// The folder with `exercises` in it: `dir`, or the only folder in it, as archives are unpacked.
fn top(dir: &Path) -> PathBuf {
    if dir.join("exercises").exists() {
        return dir.to_owned();
    }
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
    let mut with_exercises = folders.filter(|folder| folder.join("exercises").exists());
    match (with_exercises.next(), with_exercises.next()) {
        (Some(only), None) => only,
        _ => dir.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_is_a_person_however_it_was_unpacked() {
        let dir = tempfile::tempdir().unwrap();
        for folder in
            ["bob/course-main/exercises", "alice/exercises", "carol/notes", ".git/exercises", "broken/exercises"]
        {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("grades.csv"), "").unwrap();
        let (people, notes) = read(dir.path(), &|path| {
            let path = path.strip_prefix(dir.path()).unwrap().display().to_string();
            if path == "broken" {
                return Err(UserError::new("no access", "allow it").into());
            }
            Ok(Submission { notes: vec![path], ..Submission::default() })
        })
        .unwrap();
        let found: Vec<(&str, &str)> = people
            .iter()
            .map(|person| (person.name.as_deref().unwrap(), person.submission.notes[0].as_str()))
            .collect();
        let expected = [
            ("alice", "alice"),
            ("bob", "bob/course-main"),
            ("broken", "nothing is graded: no access"),
            ("carol", "carol"),
        ];
        assert_eq!(found, expected);
        assert_eq!(notes, ["grades.csv is not a folder, so nobody is graded for it"]);
        let nobody = tempfile::tempdir().unwrap();
        assert!(read(nobody.path(), &|_| Ok(Submission::default())).is_err());
    }
}
