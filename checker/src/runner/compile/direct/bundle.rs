//! The crates that a test links besides the exercise's own, linked once, into one dynamic library.
//!
//! Linking a test takes almost as long as compiling it, and a save changes none of these crates. A test that links their
//! bundle is linked in half of the time. The bundle takes the place of the test kit, because every test names it: it
//! exports what the kit exports, and contains the other crates. What is missing or does not link is linked statically, as
//! cargo does it.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::ground;
use super::recording::{Call, is_cargos};
use crate::system::process::{self, Confinement, How, Priority, Spec, Stop, Streams};

/// The crate that every test names.
const KIT: &str = "interleave";
/// The kit's own name inside the bundle.
const ORIGINAL: &str = "original";
/// Each test is a process, so symbols are looked up when they are used, and the bundle's own ones never: half of the time
/// that such a process takes to start.
const LINKING: [&str; 4] = ["-C", "prefer-dynamic=yes", "-C", "relro-level=off"];
const BOUND_TO_ITSELF: [&str; 2] = ["-C", "link-arg=-Wl,-Bsymbolic"];
/// Its modification time is when the bundle was used last.
const LOCK: &str = "lock";
/// A file in the folder of a bundle with which a test did not link.
const UNUSABLE: &str = "unusable";

/// A bundle that exists, locked against removal.
pub struct Bundle {
    dir: PathBuf,
    _lock: File,
}

impl Bundle {
    /// The bundle for the tests of these calls, if it has been made. The library's call is the first one.
    pub fn find(folder: &Path, calls: &[Call]) -> Option<Bundle> {
        let dir = Plan::of(calls)?.dir(folder)?;
        let lock = File::options().create(true).append(true).open(dir.join(LOCK)).ok()?;
        lock.try_lock_shared().ok()?;
        let _ = lock.set_modified(SystemTime::now());
        let bundle = Bundle { dir, _lock: lock };
        (bundle.library().exists() && !bundle.dir.join(UNUSABLE).exists()).then_some(bundle)
    }

    /// Makes the bundle for the tests of these calls, unless it was tried before. Failing to do so costs only time.
    pub fn make(folder: &Path, root: &Path, calls: &[Call], priority: Priority, stop: &Stop) -> Option<()> {
        let plan = Plan::of(calls)?;
        let dir = plan.dir(folder)?;
        if dir.exists() {
            return None;
        }
        let unfinished = dir.with_extension(std::process::id().to_string());
        fs::create_dir_all(&unfinished).ok()?;
        fs::write(unfinished.join("bundle.rs"), plan.source()).ok()?;
        let confinement = Confinement { priority, ..Confinement::default() };
        let spec = Spec::new(plan.command(&unfinished, root), stop).streams(Streams::Merged).confine(confinement);
        let end = process::run(spec, &mut |_, _| {});
        if end.is_ok_and(|end| end.how == How::Stopped) {
            return fs::remove_dir_all(unfinished).ok();
        }
        // A failure leaves a folder without a library, so that it is not tried again.
        fs::rename(&unfinished, &dir).or_else(|_| fs::remove_dir_all(&unfinished)).ok()?;
        remove_old(&dir);
        Some(())
    }

    /// `--extern` for the kit, and the options with which a test links the bundle.
    pub fn arguments(&self) -> Vec<String> {
        let kit = format!("{KIT}={}", self.library().display());
        let own = ["--extern", &kit, "-C", "rpath=yes"];
        own.iter().chain(&LINKING).map(|&argument| argument.to_owned()).collect()
    }

    /// Whether the bundle takes the place of the crate `name`.
    pub fn replaces(&self, name: &str) -> bool {
        name == KIT
    }

    /// From now on, tests are linked without it.
    pub fn give_up(&self) {
        let _ = fs::write(self.dir.join(UNUSABLE), "");
    }

    fn library(&self) -> PathBuf {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        self.dir.join(format!("{DLL_PREFIX}{KIT}{DLL_SUFFIX}"))
    }
}

/// Removes the bundles of the same crates that have not been used for a day.
fn remove_old(dir: &Path) {
    const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
    let folders = dir.parent().and_then(|set| fs::read_dir(set).ok()).into_iter().flatten().flatten();
    for other in folders.map(|entry| entry.path()).filter(|other| other != dir) {
        let Ok(lock) = File::options().create(true).append(true).open(other.join(LOCK)) else { continue };
        let used = lock.metadata().and_then(|data| data.modified());
        let is_old = used.is_ok_and(|used| used.elapsed().is_ok_and(|since| since > KEPT_FOR));
        if is_old && lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(other);
        }
    }
}

/// How a bundle is made.
struct Plan<'a> {
    call: &'a Call,
    /// The crates in it: their names and files.
    crates: Vec<(&'a str, &'a Path)>,
}

impl<'a> Plan<'a> {
    /// `None` if the tests do not all link the same crates, or if there is nothing to gain.
    fn of(calls: &'a [Call]) -> Option<Plan<'a>> {
        // Elsewhere, a program does not find a dynamic library by a path in it, or nobody has tried.
        if std::env::consts::OS != "linux" {
            return None;
        }
        let (library, tests) = calls.split_first()?;
        let own = library.option("--crate-name")?;
        let linked = |call: &'a Call| -> Vec<(&'a str, &'a Path)> {
            let is_library = |file: &Path| file.extension().is_some_and(|extension| extension == "rlib");
            call.externs().filter(|(name, file)| *name != own && is_library(file)).collect()
        };
        let (call, others) = tests.split_first()?;
        let crates = linked(call);
        let same = others.iter().all(|other| linked(other) == crates);
        (same && crates.iter().any(|(name, _)| *name == KIT)).then_some(Plan { call, crates })
    }

    /// The folder of this bundle below `folder`: the crates, then a hash of all that it is made of.
    fn dir(&self, folder: &Path) -> Option<PathBuf> {
        let mut hasher = DefaultHasher::new();
        ground::stamp(&self.call.rustc)?.hash(&mut hasher);
        self.arguments().hash(&mut hasher);
        for (name, file) in &self.crates {
            (name, file, ground::stamp(file)?).hash(&mut hasher);
        }
        let names: Vec<_> = self.crates.iter().map(|(name, _)| *name).collect();
        // Both modes have crates of the same names.
        let profile = self.crates.first()?.1.parent()?.parent()?.file_name()?.to_str()?;
        let set = format!("{profile}-{}", names.join("-"));
        Some(folder.join(set).join(format!("{:016x}", hasher.finish())))
    }

    fn source(&self) -> String {
        let others = self.crates.iter().filter(|(name, _)| *name != KIT);
        let others: String = others.map(|(name, _)| format!("extern crate {name} as _;\n")).collect();
        format!("#![no_std]\npub use {ORIGINAL}::*;\n{others}")
    }

    /// The arguments of the call that say how to compile, and where the crates are that the given ones need.
    fn arguments(&self) -> Vec<&'a str> {
        const OF_THE_TEST: [&str; 3] = ["--crate-name", "--out-dir", "--extern"];
        const CODEGEN_OF_THE_TEST: [&str; 4] = ["metadata=", "extra-filename=", "incremental=", "debuginfo="];
        let source = self.call.source();
        let mut arguments = self.call.arguments.iter().map(String::as_str).peekable();
        let mut kept = Vec::new();
        while let Some(argument) = arguments.next() {
            let of_the_test = OF_THE_TEST.contains(&argument)
                || argument == "--check-cfg"
                || argument == "-C"
                    && arguments
                        .peek()
                        .is_some_and(|option| CODEGEN_OF_THE_TEST.iter().any(|own| option.starts_with(own)));
            if of_the_test {
                arguments.next();
            } else if argument != "--test" && !argument.starts_with("--emit=") && Some(argument) != source {
                kept.push(argument);
            }
        }
        kept
    }

    fn command(&self, dir: &Path, root: &Path) -> Command {
        let mut command = Command::new(&self.call.rustc);
        command.arg(dir.join("bundle.rs")).args(self.arguments());
        command.args(["--crate-name", KIT, "--crate-type", "dylib", "-C", "metadata=bundle"]);
        command.args(LINKING).args(BOUND_TO_ITSELF);
        command.arg("--out-dir").arg(dir);
        for (name, file) in &self.crates {
            let name = if *name == KIT { ORIGINAL } else { name };
            command.arg("--extern").arg(format!("{name}={}", file.display()));
        }
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_cargos)) {
            command.env_remove(name);
        }
        command.envs(&self.call.environment).current_dir(root);
        command
    }
}
