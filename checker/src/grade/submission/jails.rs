//! Which files the compiler and a stranger's tests may use.
//!
//! Nothing is readable but what is listed here, so neither the home folder, nor the settings of the system, nor other
//! submissions are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::course::exercise::Exercise;
use crate::error::UserError;
use crate::grade::submission::layers::Folder;
use crate::runner::containment::Jails;
use crate::system::sandbox::{Access, Jail, Processes, places};
use crate::system::toolchain;

/// Cargo reads them in the folder of the course and in all above it.
const CONFIGS: [&str; 2] = [".cargo/config.toml", ".cargo/config"];
/// Cargo's own folder is readable in part, because it also has the keys of the user's accounts.
const OF_CARGO: [&str; 4] = ["registry", "git", "config.toml", "config"];

/// What the compiler needs, wherever it is on this machine.
pub struct Tools {
    /// The folder of the compiler.
    toolchain: PathBuf,
    cargo_home: PathBuf,
    /// The course that is examined with.
    course: PathBuf,
    /// The folders of its packages, but for exercises and solutions.
    packages: Vec<PathBuf>,
    /// Of its exercises and solutions. Cargo reads the manifests of all members of a workspace.
    manifests: Vec<PathBuf>,
}

impl Tools {
    pub fn find(course: &Path) -> Result<Tools> {
        let toolchain = toolchain::sysroot().context("`rustc --print sysroot` does not say where the compiler is")?;
        let home = || Some(std::env::home_dir()?.join(".cargo"));
        let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home);
        let cargo_home = cargo_home.context("cargo's folder is not known: neither HOME nor CARGO_HOME is set")?;
        let (mut packages, mut manifests) = (Vec::new(), Vec::new());
        for manifest in local_manifests(course)? {
            let is_answer = ["exercises", "solutions"].iter().any(|dir| manifest.starts_with(course.join(dir)));
            let Some(dir) = manifest.parent() else { continue };
            // A package elsewhere may have its workspace above it.
            let above = dir.ancestors().skip(1).map(|dir| dir.join("Cargo.toml")).filter(|manifest| manifest.is_file());
            manifests.extend(above);
            if is_answer { manifests.push(manifest) } else { packages.push(dir.to_owned()) }
        }
        manifests.sort();
        manifests.dedup();
        Ok(Tools { toolchain, cargo_home, course: course.to_owned(), packages, manifests })
    }

    /// For an examination of `exercise` in `folder`, over what is built in `shared`.
    pub fn jails(&self, exercise: &Exercise, folder: &Folder, shared: &Path) -> Jails {
        let programs: Vec<PathBuf> =
            [self.toolchain.clone()].into_iter().chain(cargo_folder()).chain(paths(places::SYSTEM)).collect();
        let above = self.course.ancestors().flat_map(|dir| CONFIGS.map(|file| dir.join(file)));
        let of_cargo = OF_CARGO.map(|name| self.cargo_home.join(name));
        let read = paths(places::READ).chain(above).chain(of_cargo);
        let read = read.chain(self.packages.iter().cloned()).chain(self.manifests.iter().cloned());
        let read = read.chain(["Cargo.toml", "Cargo.lock"].map(|file| self.course.join(file)));
        let read: Vec<PathBuf> = read.chain([shared.to_owned(), exercise.dir.clone()]).collect();
        let compiler = self
            .jail(Processes::Many, folder)
            .and(Access::Run, programs.iter().map(PathBuf::as_path))
            .and(Access::Read, read.iter().map(PathBuf::as_path))
            .and(Access::List, [self.course.as_path()])
            .and(Access::Fill, places::SINKS.iter().map(Path::new))
            .and(Access::Write, [folder.path()]);
        let mut test = self
            .jail(Processes::One, folder)
            .and(Access::Run, places::LIBRARIES.iter().map(Path::new))
            .and(Access::Read, places::READ.iter().map(Path::new))
            .and(Access::Read, [exercise.dir.as_path()])
            .and(Access::Fill, places::SINKS.iter().map(Path::new));
        test.files.extend(places::OWN.iter().map(|(access, path)| (*access, PathBuf::from(path))));
        // The names that a test sees are among those that it sees without a jail.
        test.environment.retain(|(name, _)| name == "PATH" || name == "HOME");
        Jails { compiler, test }
    }

    /// For building the course's own packages into `shared`. They are trusted, as in every other build, but are to see
    /// the same environment, or cargo would build them again.
    pub fn of_the_course(&self, folder: &Folder, shared: &Path) -> Jails {
        let compiler = self
            .jail(Processes::Many, folder)
            .and(Access::Run, [Path::new("/")])
            .and(Access::Fill, places::SINKS.iter().map(Path::new))
            .and(Access::Write, [shared, folder.path(), &self.course, &self.cargo_home]);
        Jails { test: Jail::default(), compiler }
    }

    fn jail(&self, processes: Processes, folder: &Folder) -> Jail {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let usual =
            std::env::split_paths(&path).filter(|dir| places::SYSTEM.iter().any(|system| dir.starts_with(system)));
        let path = std::env::join_paths([self.toolchain.join("bin")].into_iter().chain(usual));
        let environment: [(&str, OsString); 6] = [
            ("PATH", path.unwrap_or_else(|_| "/usr/bin:/bin".into())),
            ("HOME", folder.path().join("home").into()),
            ("TMPDIR", folder.path().join("tmp").into()),
            ("CARGO_HOME", self.cargo_home.clone().into()),
            ("CARGO_NET_OFFLINE", "true".into()),
            // It might not work in a jail, and its cache would be shared.
            ("RUSTC_WRAPPER", OsString::new()),
        ];
        let environment = environment.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Jail { processes, environment, files: Vec::new() }
    }
}

fn paths(names: &'static [&'static str]) -> impl Iterator<Item = PathBuf> {
    names.iter().map(PathBuf::from)
}

/// The folder of the cargo that will be called, if it is not the toolchain's.
fn cargo_folder() -> Option<PathBuf> {
    Path::new(toolchain::cargo().get_program()).parent().filter(|dir| dir.is_absolute()).map(Path::to_owned)
}

/// The manifests of all packages that are not from a registry.
fn local_manifests(course: &Path) -> Result<Vec<PathBuf>> {
    let output = toolchain::cargo()
        .args(["metadata", "--offline", "--format-version=1"])
        .current_dir(course)
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(toolchain::cargo_failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let what =
            format!("the packages of the course are not all here: {}", said.trim().trim_start_matches("error: "));
        return Err(UserError::new(what, "run `cargo fetch` once; submissions are examined without the network").into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let local = packages.filter(|package| package["source"].is_null());
    Ok(local.filter_map(|package| package["manifest_path"].as_str().map(PathBuf::from)).collect())
}
