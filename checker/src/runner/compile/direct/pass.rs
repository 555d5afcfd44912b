//! One pass over the crates of an exercise: its library, then its tests. Its results are kept, by content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::bundle::Bundle;
use super::recording::{Call, is_cargos};
use crate::course::exercise::Exercise;
use crate::course::version::{Sighting, Version, sources};
use crate::runner::compile::cargo_output::Listener;
use crate::system::process::{self, Confinement, How, Priority, Spec, Stop, Stream};

/// What a pass is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Test binaries, by rustc.
    Build,
    /// Only what clippy says.
    Lint,
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Succeeded,
    /// The compiler rejects the code, or failed itself; the listener knows which.
    Failed,
    Stopped,
}

pub struct Pass<'a> {
    pub root: &'a Path,
    pub exercise: &'a Exercise,
    /// The library's first. Those of the tests are unknown until the library has compiled once.
    pub calls: &'a [Call],
    /// Whether no call is missing.
    pub is_whole: bool,
    pub purpose: Purpose,
    pub colour: bool,
    /// What the tests link, if it has been made.
    pub bundle: Option<&'a Bundle>,
    /// Its own folder.
    pub dir: PathBuf,
    pub priority: Priority,
    pub stop: &'a Stop,
}

/// The file with the result of the last pass.
const KEPT: &str = "kept.json";

/// The result of the last pass, and the content it is about.
#[derive(Serialize, Deserialize)]
struct Kept {
    content: String,
    /// The variables that the code asked for.
    variables: BTreeMap<String, Option<String>>,
    colour: bool,
    messages: Vec<String>,
}

impl Pass<'_> {
    /// Makes the pass, or repeats what the last one said if it was about the same content.
    pub fn run(&self, listener: &mut Listener<'_>) -> Result<Ended> {
        if let Some(kept) = self.kept().filter(|_| self.is_whole) {
            for message in &kept.messages {
                self.tell(listener, message.as_bytes());
            }
            return Ok(Ended::Succeeded);
        }
        let before = Sighting::of(&self.exercise.dir);
        let _ = fs::remove_file(self.dir.join(KEPT));
        fs::create_dir_all(self.out())?;
        let mut messages = Vec::new();
        let Some((library, tests)) = self.calls.split_first() else { return Ok(Ended::Succeeded) };
        let ended = self.call(library, None, &mut |line| self.hear(line, listener, &mut messages))?;
        if ended != Ended::Succeeded {
            return Ok(ended);
        }
        // All of them are compiled, as cargo does: each may have errors.
        let mut ended = Ended::Succeeded;
        for test in tests {
            match self.test(test, listener, &mut messages)? {
                Ended::Succeeded => {}
                Ended::Failed => ended = Ended::Failed,
                Ended::Stopped => return Ok(Ended::Stopped),
            }
        }
        if self.is_whole && ended == Ended::Succeeded {
            // Whatever cannot be kept is made again.
            let _ = self.keep(&before, messages);
        }
        Ok(ended)
    }

    /// Compiles a test, with the bundle if possible. An error counts only if it is the same without the bundle.
    fn test(&self, call: &Call, listener: &mut Listener<'_>, messages: &mut Vec<String>) -> Result<Ended> {
        let Some(bundle) = self.bundle else {
            return self.call(call, None, &mut |line| self.hear(line, listener, messages));
        };
        let mut lines = Vec::new();
        let ended = self.call(call, Some(bundle), &mut |line| lines.push(line.to_vec()))?;
        if ended == Ended::Failed {
            let ended = self.call(call, None, &mut |line| self.hear(line, listener, messages))?;
            if ended == Ended::Succeeded {
                bundle.give_up();
            }
            return Ok(ended);
        }
        lines.iter().for_each(|line| self.hear(line, listener, messages));
        Ok(ended)
    }

    fn hear(&self, line: &[u8], listener: &mut Listener<'_>, messages: &mut Vec<String>) {
        self.tell(listener, line);
        messages.push(String::from_utf8_lossy(line).into_owned());
    }

    /// Makes one call, and passes on each line of what the compiler says.
    fn call(&self, call: &Call, bundle: Option<&Bundle>, hear: &mut dyn FnMut(&[u8])) -> Result<Ended> {
        let confinement = Confinement { priority: self.priority, ..Confinement::default() };
        let spec = Spec::new(self.command(call, bundle), self.stop).confine(confinement);
        let mut text = Vec::new();
        let end = process::run(spec, &mut |stream, bytes| {
            if stream == Stream::Err {
                text.extend_from_slice(bytes);
                let complete = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                let lines: Vec<u8> = text.drain(..complete).collect();
                lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).for_each(&mut *hear);
            }
        })?;
        Ok(match end.how {
            How::Stopped => Ended::Stopped,
            How::Exited(0) => Ended::Succeeded,
            _ => Ended::Failed,
        })
    }

    /// Passes on a line of the compiler as cargo would.
    fn tell(&self, listener: &mut Listener<'_>, line: &[u8]) {
        if !line.starts_with(b"{") {
            listener.hear(Stream::Err, &[line, b"\n"].concat());
            return;
        }
        let id = serde_json::Value::from(self.exercise.package_id.as_str());
        let head = format!("{{\"reason\":\"compiler-message\",\"package_id\":{id},\"message\":");
        listener.hear(Stream::Out, &[head.as_bytes(), line, b"}\n"].concat());
    }

    fn out(&self) -> PathBuf {
        self.dir.join("out")
    }

    /// The call with folders of its own, so that cargo's files stay as cargo left them.
    fn command(&self, call: &Call, bundle: Option<&Bundle>) -> Command {
        let mut command = match self.purpose {
            Purpose::Build => Command::new(&call.rustc),
            Purpose::Lint => {
                // The one beside rustc: that in the path may be rustup's proxy, which takes longer to start.
                let driver = call.rustc.with_file_name(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX));
                let mut command = Command::new(if driver.exists() { driver } else { "clippy-driver".into() });
                command.arg(&call.rustc);
                command
            }
        };
        let mut arguments = call.arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--out-dir" => {
                    arguments.next();
                    command.arg("--out-dir").arg(self.out());
                }
                "--extern" => {
                    let value = arguments.next().map_or("", String::as_str);
                    let name = value.split_once('=').map_or(value, |(name, _)| name);
                    if bundle.is_none_or(|bundle| !bundle.replaces(name)) {
                        command.arg("--extern").arg(self.linked(value));
                    }
                }
                argument => {
                    command.arg(self.changed(argument));
                }
            }
        }
        command.args(bundle.into_iter().flat_map(Bundle::arguments));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_cargos)) {
            command.env_remove(name);
        }
        command.envs(&call.environment).env_remove("CARGO_MAKEFLAGS").env_remove("CLIPPY_ARGS").current_dir(self.root);
        command
    }

    fn changed(&self, argument: &str) -> String {
        if argument.starts_with("incremental=") {
            return format!("incremental={}", self.dir.join("incremental").display());
        }
        if argument.starts_with("--json=") {
            let rendered = if self.colour { "diagnostic-rendered-ansi," } else { "" };
            return format!("--json={rendered}future-incompat");
        }
        match argument.strip_prefix("--emit=") {
            Some(_) if self.purpose == Purpose::Lint => "--emit=dep-info,metadata".to_owned(),
            _ => argument.to_owned(),
        }
    }

    /// `NAME=FILE`, where the file of the exercise's own library is the one of this pass.
    fn linked(&self, value: &str) -> String {
        let own = self.calls.first().and_then(|library| library.option("--crate-name"));
        match value.split_once('=') {
            Some((name, file)) if Some(name) == own => {
                let extension = if self.purpose == Purpose::Lint { "rmeta" } else { "rlib" };
                let file = Path::new(file).file_name().map_or_else(PathBuf::new, |file| self.out().join(file));
                format!("{name}={}", file.with_extension(extension).display())
            }
            _ => value.to_owned(),
        }
    }

    /// The file that the compiler makes of this crate, without its extension.
    pub fn made(&self, call: &Call) -> Option<PathBuf> {
        let name = format!("{}{}", call.option("--crate-name")?, call.codegen("extra-filename").unwrap_or_default());
        Some(self.out().join(name))
    }

    /// What is compiled: the files in this version, and how many crates of them.
    fn content(&self, version: Version) -> String {
        format!("{}-{}", version.key(), self.calls.len())
    }

    /// The result of the last pass, if nothing it read has changed.
    fn kept(&self) -> Option<Kept> {
        let kept: Kept = serde_json::from_str(&fs::read_to_string(self.dir.join(KEPT)).ok()?).ok()?;
        let same = kept.variables.iter().all(|(name, value)| std::env::var(name).ok() == *value || is_cargos(name));
        let made = self.purpose == Purpose::Lint
            || self.calls.iter().skip(1).all(|call| self.made(call).is_some_and(|file| executable(&file).exists()));
        (same && made && kept.colour == self.colour && kept.content == self.content(Version::of(&self.exercise.dir)))
            .then_some(kept)
    }

    /// Keeps the result of a pass, if no file was written since `before`, when it began.
    fn keep(&self, before: &Sighting, messages: Vec<String>) -> Option<()> {
        if Sighting::of(&self.exercise.dir) != *before {
            return None;
        }
        let own = sources(&self.exercise.dir);
        let mut variables = BTreeMap::new();
        for call in self.calls {
            let read = DepInfo::parse(&fs::read_to_string(self.made(call)?.with_extension("d")).ok()?);
            // Another file, such as an included one, may have changed during the pass.
            if !read.files.iter().all(|file| own.contains(&self.root.join(file))) {
                return None;
            }
            variables.extend(read.variables);
        }
        let kept = Kept { content: self.content(before.version), variables, colour: self.colour, messages };
        fs::write(self.dir.join(KEPT), serde_json::to_string(&kept).ok()?).ok()
    }
}

/// The path of a test binary.
pub fn executable(made: &Path) -> PathBuf {
    let mut name = made.as_os_str().to_owned();
    name.push(std::env::consts::EXE_SUFFIX);
    name.into()
}

/// What the compiler says about its input: a rule of a makefile, and comments with variables.
#[derive(Debug, Default, PartialEq, Eq)]
struct DepInfo {
    files: Vec<PathBuf>,
    variables: BTreeMap<String, Option<String>>,
}

impl DepInfo {
    fn parse(text: &str) -> DepInfo {
        let mut read = DepInfo::default();
        for line in text.lines() {
            if let Some(variable) = line.strip_prefix("# env-dep:") {
                let (name, value) =
                    variable.split_once('=').map_or((variable, None), |(name, value)| (name, Some(value.to_owned())));
                read.variables.insert(name.to_owned(), value);
            } else if let Some((_, files)) = line.split_once(": ") {
                // A space in a name is written as `\ `.
                let joined = files.replace("\\ ", "\0");
                read.files.extend(
                    joined
                        .split(' ')
                        .filter(|file| !file.is_empty())
                        .map(|file| PathBuf::from(file.replace('\0', " "))),
                );
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;
    use std::thread;
    use std::time::Duration;

    /// Would catch: a file saved while the compiler ran that counts as compiled from then on, or one that was changed
    /// and changed back meanwhile, so that what was compiled was on disk only for a moment.
    #[test]
    fn a_result_is_kept_only_if_no_file_was_written_during_the_pass() {
        let dir = tempfile::tempdir().unwrap();
        let mut exercise = example::exercise("abba");
        exercise.dir = dir.path().to_owned();
        fs::create_dir_all(dir.path().join("src")).unwrap();
        fs::create_dir_all(dir.path().join("out")).unwrap();
        let source = dir.path().join("src/lib.rs");
        fs::write(&source, "old").unwrap();
        fs::write(dir.path().join("out/abba.d"), format!("x: {}\n", source.display())).unwrap();
        let arguments = ["--crate-name", "abba"].map(str::to_owned).to_vec();
        let calls = [Call { rustc: "rustc".into(), arguments, environment: BTreeMap::new() }];
        let (root, stop) = (dir.path(), Stop::new());
        let (purpose, colour, dir) = (Purpose::Build, false, dir.path().to_owned());
        let pass = Pass {
            root,
            exercise: &exercise,
            calls: &calls,
            is_whole: true,
            purpose,
            colour,
            bundle: None,
            dir,
            priority: Priority::Normal,
            stop: &stop,
        };
        let before = Sighting::of(&exercise.dir);
        pass.keep(&before, Vec::new()).unwrap();
        assert!(pass.kept().is_some());
        // The clock of a file system may be coarse.
        thread::sleep(Duration::from_millis(20));
        for text in ["new", "old"] {
            fs::write(&source, text).unwrap();
            fs::remove_file(pass.dir.join(KEPT)).unwrap_or_default();
            assert_eq!(pass.keep(&before, Vec::new()), None, "{text}");
            assert!(pass.kept().is_none(), "{text}");
        }
    }

    /// Would catch: an included file with a space in its name, or a variable, whose change goes unnoticed.
    #[test]
    fn files_and_variables_are_read_from_the_dep_info() {
        let text = "/t/libabba.rmeta: src/lib.rs src/a\\ b.txt\n\nsrc/lib.rs:\n\n# env-dep:SET=yes\n# env-dep:UNSET\n";
        let read = DepInfo::parse(text);
        assert_eq!(read.files, [Path::new("src/lib.rs"), Path::new("src/a b.txt")]);
        let variables = [("SET".to_owned(), Some("yes".to_owned())), ("UNSET".to_owned(), None)];
        assert_eq!(read.variables, BTreeMap::from(variables));
    }
}
