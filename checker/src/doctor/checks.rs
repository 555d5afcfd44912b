//! The checks, one function each.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::Value;

use super::Finding;
use crate::course::catalogue::Catalogue;
use crate::error::{self, COMMAND, causes};
use crate::runner::compile::settings::Settings;
use crate::runner::suite::scratch::Scratch;
use crate::system::process::{self, How, Spec, Stop};
use crate::system::sandbox::{self, Strength};
use crate::system::toolchain::{self, Toolchain};
use crate::system::{files, git};
use crate::watch::files::{Means, Watcher};

/// How long a save may take to be noticed. Polling takes half a second.
const NOTICED_WITHIN: Duration = Duration::from_secs(3);
/// How long the first build of a small program may take.
const BUILT_WITHIN: Duration = Duration::from_secs(120);
/// What the build folder needs after some exercises.
const NEEDED: u64 = 2 << 30;

fn good(what: impl Into<String>) -> Finding {
    Finding::Good(what.into())
}

/// One line, even if a tool says more.
fn bad(what: impl Into<String>, help: impl Into<String>) -> Finding {
    let what = what.into();
    let lines = what.lines().map(str::trim).filter(|line| !line.is_empty());
    Finding::Bad { what: lines.take(2).collect::<Vec<_>>().join(" "), help: help.into() }
}

/// The finding for an error, which has advice if it is one of ours.
fn failed(error: &anyhow::Error, help: &str) -> Finding {
    bad(format!("{error:#}"), error::advice(error).unwrap_or(help))
}

pub fn compiler(_root: &Path, _stop: &Stop) -> Finding {
    match Toolchain::find() {
        Ok(_) => good(toolchain::version().unwrap_or_else(|| "new enough".to_owned())),
        Err(error) => failed(&error, "install Rust from https://rustup.rs"),
    }
}

pub fn clippy(_root: &Path, _stop: &Stop) -> Finding {
    match Toolchain::find() {
        Ok(Toolchain { clippy: true }) => good("installed"),
        _ => bad("not installed, so lints are not checked", "run `rustup component add clippy`"),
    }
}

pub fn git(root: &Path, _stop: &Stop) -> Finding {
    match git::version() {
        Ok(version) if root.join(".git").exists() => good(version),
        Ok(version) => good(format!("{version}; this folder is not a clone, so updates need `--from URL`")),
        Err(error) => failed(&error, "without it, exercises work, and updates do not"),
    }
}

pub fn exercises(root: &Path, _stop: &Stop) -> Finding {
    match Catalogue::find(root) {
        Ok(catalogue) => match (catalogue.require_cargo(), catalogue.unreadable.first()) {
            (Err(error), _) => failed(&error, "restore the exercises with git"),
            (Ok(()), Some(unreadable)) => bad(unreadable.what(), unreadable.help()),
            (Ok(()), None) => good(format!("{} in {}", catalogue.exercises.len(), root.display())),
        },
        Err(error) => failed(&error, "restore the exercises with git"),
    }
}

/// Whether progress and backups can be kept.
pub fn folder(root: &Path, _stop: &Stop) -> Finding {
    let dir = root.join(".checker");
    let file = dir.join(format!("doctor-{}", std::process::id()));
    let written = fs::create_dir_all(&dir).and_then(|()| fs::write(&file, "well"));
    let _ = fs::remove_file(&file);
    match written {
        Ok(()) => good(format!("{} can be written", dir.display())),
        Err(error) => bad(
            format!("{} cannot be written, so progress is not kept: {error}", dir.display()),
            "move the course to a folder of your own",
        ),
    }
}

/// Saves a file as an editor does, and waits for the watch to notice.
pub fn saves(root: &Path, _stop: &Stop) -> Finding {
    let dir = root.join(".checker").join(format!("doctor-{}.d", std::process::id()));
    let noticed = save_and_notice(&dir);
    let _ = fs::remove_dir_all(&dir);
    match noticed {
        Ok((Some(after), note)) => {
            let how = note.map_or(String::new(), |note| format!("; {note}"));
            good(format!("noticed after {} ms{how}", after.as_millis()))
        }
        Ok((None, _)) => {
            bad("a save was not noticed", format!("run `{COMMAND} watch --poll`, which looks twice a second"))
        }
        Err(error) => failed(&error, "move the course to a folder of your own"),
    }
}

/// How long it took to notice a save, if it was noticed, and the watch's note.
fn save_and_notice(dir: &Path) -> Result<(Option<Duration>, Option<String>)> {
    let source = dir.join("src").join("lib.rs");
    fs::create_dir_all(dir.join("src"))?;
    fs::write(&source, "// before\n")?;
    let (sender, noticed) = mpsc::channel();
    let (watcher, first) = Watcher::new(Means::Events, move || sender.send(Instant::now()).unwrap_or(()))?;
    let note = first.or(watcher.watch(dir));
    let new = dir.join("src").join("lib.rs.new");
    fs::write(&new, "// after\n")?;
    let saved = Instant::now();
    fs::rename(&new, &source)?;
    let after = noticed.recv_timeout(NOTICED_WITHIN).ok().map(|at| at.saturating_duration_since(saved));
    Ok((after, note))
}

pub fn space(root: &Path, _stop: &Stop) -> Finding {
    let dir = toolchain::build_folder(root);
    let existing = dir.ancestors().find(|dir| dir.exists()).unwrap_or(root);
    let mib = |bytes: u64| bytes >> 20;
    match files::free_space(existing) {
        Some(free) if free < NEEDED => bad(
            format!("{} MiB are free for {}; the exercises need {} MiB", mib(free), dir.display(), mib(NEEDED)),
            "free some space, or set CARGO_TARGET_DIR to a folder on another disk",
        ),
        Some(free) => good(format!("{} MiB are free for {}", mib(free), dir.display())),
        None => good("how much is free is not known on this system"),
    }
}

/// Such settings do no harm to a check. They explain why plain cargo may answer differently.
pub fn settings(root: &Path, _stop: &Stop) -> Finding {
    let notes = Settings::read(root).notes;
    if notes.is_empty() {
        return good("none that would change a verdict");
    }
    good(notes.iter().map(|note| note.trim_start_matches("note: ")).collect::<Vec<_>>().join("; "))
}

/// The files with settings for editors, and where the settings of rust-analyzer are in each.
const EDITORS: [(&str, &[&str]); 3] = [
    (".vscode/settings.json", &[]),
    (".zed/settings.json", &["lsp", "rust-analyzer", "initialization_options"]),
    (".helix/languages.toml", &["language-server", "rust-analyzer", "config"]),
];

/// Whether editors check only the exercise that is saved, in a build folder of their own.
pub fn editor(root: &Path, _stop: &Stop) -> Finding {
    for (file, place) in EDITORS {
        let Ok(text) = fs::read_to_string(root.join(file)) else {
            return bad(format!("{file} is missing"), format!("restore it: `git restore {file}`"));
        };
        // A file that is not understood, for instance one with comments, is not judged.
        let settings: Option<Value> =
            if file.ends_with(".toml") { toml::from_str(&text).ok() } else { serde_json::from_str(&text).ok() };
        let Some(settings) = settings else { continue };
        for (section, key, wanted) in [("check", "workspace", false), ("cargo", "targetDir", true)] {
            let found = place.iter().try_fold(&settings, |settings, key| settings.get(key));
            let flat = format!("rust-analyzer.{section}.{key}");
            let found =
                found.and_then(|settings| settings.get(section).and_then(|it| it.get(key)).or(settings.get(&flat)));
            if found.and_then(Value::as_bool) != Some(wanted) {
                let why = "so that it shows the errors of all exercises, or waits for checks";
                return bad(
                    format!("{file} does not set `{section}.{key}` to {wanted}, {why}"),
                    format!("restore it: `git restore {file}`"),
                );
            }
        }
    }
    good("VS Code, Zed and Helix check the saved exercise only; docs/editors.md has others")
}

/// Whether `grade` can contain other people's code. Exercises do not need it, so nothing is wrong without it.
pub fn sandbox(_root: &Path, _stop: &Stop) -> Finding {
    let Strength { held, missing, protects_files } = sandbox::probe();
    let found = held.iter().chain(&missing).map(String::as_str).collect::<Vec<_>>().join("; ");
    if protects_files {
        return good(found);
    }
    good(format!("other people's submissions cannot be graded here, and exercises can be done; {found}"))
}

/// Builds and runs a program where exercises are built: this needs a linker, and a disk from which programs may run.
pub fn build(root: &Path, stop: &Stop) -> Finding {
    match build_and_run(root, stop) {
        Ok(None) => good("a small program was built and run"),
        Ok(Some(said)) => match causes::known(&said) {
            Some(known) => failed(&known.into(), ""),
            None => {
                let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
                let told = lines().find(|line| line.starts_with("error")).or_else(|| lines().next());
                bad(
                    format!("a small program could not be built: {}", told.unwrap_or("cargo does not say why")),
                    "correct what cargo complains about",
                )
            }
        },
        Err(error) => failed(&error, "correct what the system complains about"),
    }
}

/// What cargo said if it failed.
fn build_and_run(root: &Path, stop: &Stop) -> Result<Option<String>> {
    let scratch = Scratch::new()?;
    let package = "[package]\nname = \"doctor\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(scratch.path().join("Cargo.toml"), package)?;
    fs::create_dir_all(scratch.path().join("src"))?;
    fs::write(scratch.path().join("src/main.rs"), "fn main() {}\n")?;
    let target = toolchain::build_folder(root).join(format!("doctor-{}", std::process::id()));
    let mut command = toolchain::cargo();
    command.args(["run", "--quiet", "--offline", "--manifest-path"]).arg(scratch.path().join("Cargo.toml"));
    command.current_dir(root).env("CARGO_TARGET_DIR", &target).env("CARGO_TERM_COLOR", "never");
    Settings::read(root).apply(&mut command);
    let mut said = Vec::new();
    let end =
        process::run(Spec::new(command, stop).limit(BUILT_WITHIN), &mut |_, bytes| said.extend_from_slice(bytes))?;
    let _ = fs::remove_dir_all(&target);
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok(match end.how {
        How::Exited(0) => None,
        How::OverLimit(_) => Some(format!("error: it took longer than {} s", BUILT_WITHIN.as_secs())),
        _ => Some(said),
    })
}
