//! Everything that a recorded call depends on, except the exercise's own sources.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::UNIX_EPOCH;

use toml::{Table, Value};

use super::recording::Call;
use crate::course::exercise::Exercise;
use crate::course::version;
use crate::runner::compile::Options;
use crate::verdict::Mode;

/// A hash in hexadecimal. It is stored, and only this version of the checker compares it.
pub type Hash = String;

/// `None` if cargo has to compile the exercise, because not everything is known that its calls depend on.
pub fn of(root: &Path, exercise: &Exercise, mode: Mode, options: Options) -> Option<Hash> {
    let mut hasher = DefaultHasher::new();
    let mut manifests = Manifests::default();
    let workspace = manifests.read(root)?;
    let replaces = ["patch", "replace"].iter().any(|table| workspace.contains_key(*table));
    if replaces || exercise.dir.join("build.rs").exists() || has_wrapper(root) {
        return None;
    }
    stamp(&std::env::current_exe().ok()?)?.hash(&mut hasher);
    (mode == Mode::Explore, options.toolchain.clippy).hash(&mut hasher);
    hash_settings(root, &mut hasher);
    fs::read(exercise.dir.join("Cargo.toml")).ok().hash(&mut hasher);
    for dir in local_packages(&exercise.dir, &mut manifests)? {
        for file in version::sources(&dir) {
            (stamp(&file), file).hash(&mut hasher);
        }
    }
    Some(format!("{:016x}", hasher.finish()))
}

/// A hash of what decides which tools are used.
pub fn of_tools(root: &Path) -> Hash {
    let mut hasher = DefaultHasher::new();
    hash_settings(root, &mut hasher);
    std::env::var_os("RUSTC").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn hash_settings(root: &Path, hasher: &mut DefaultHasher) {
    for file in settings(root) {
        fs::read(&file).ok().hash(hasher);
    }
    let variables = std::env::vars_os().filter(|(name, _)| name.to_str().is_none_or(is_setting));
    variables.collect::<BTreeSet<_>>().hash(hasher);
}

/// The compiler, and the crates that the calls use, except the exercise's own library, which is compiled by the first
/// of them. `None` if one is missing.
pub fn artifacts(calls: &[Call]) -> Option<Hash> {
    let own = calls.first()?.option("--crate-name")?;
    let mut hasher = DefaultHasher::new();
    for call in calls {
        stamp(&call.rustc)?.hash(&mut hasher);
        for (_, file) in call.externs().filter(|(name, _)| *name != own) {
            (stamp(file)?, file).hash(&mut hasher);
        }
    }
    Some(format!("{:016x}", hasher.finish()))
}

/// The length and the modification time of a file, in nanoseconds.
pub fn stamp(file: &Path) -> Option<(u64, u128)> {
    let data = fs::metadata(file).ok()?;
    let modified = data.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((data.len(), modified.as_nanos()))
}

/// The files from which cargo and rustup take their settings, whether or not they exist.
fn settings(root: &Path) -> Vec<PathBuf> {
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    for dir in root.ancestors() {
        files.extend(
            [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"].map(|name| dir.join(name)),
        );
    }
    let home = |variable: &str, folder: &str| {
        std::env::var_os(variable).map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(folder)))
    };
    files.extend(
        home("CARGO_HOME", ".cargo").into_iter().flat_map(|home| ["config.toml", "config"].map(|name| home.join(name))),
    );
    files.extend(home("RUSTUP_HOME", ".rustup").map(|home| home.join("settings.toml")));
    files
}

/// Whether somebody else wraps the compiler.
fn has_wrapper(root: &Path) -> bool {
    let variables = [
        "RUSTC_WRAPPER",
        "CARGO_BUILD_RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    ];
    let configured = |dir: &Path| {
        ["config.toml", "config"]
            .iter()
            .any(|name| fs::read_to_string(dir.join(name)).is_ok_and(|text| text.contains("wrapper")))
    };
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    variables.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
        || root.ancestors().any(|dir| configured(&dir.join(".cargo")))
        || home.is_some_and(|home| configured(&home))
}

/// Whether cargo, rustup, rustc or the linker looks at this variable. Those that `cargo run` sets for the checker do not
/// count.
fn is_setting(name: &str) -> bool {
    const OF_CARGO_RUN: [&str; 6] =
        ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_", "CARGO_MAKEFLAGS"];
    const OTHERS: [&str; 7] =
        ["PATH", "CC", "CFLAGS", "LDFLAGS", "LIBRARY_PATH", "SOURCE_DATE_EPOCH", "CLIPPY_CONF_DIR"];
    let of_cargo = name.starts_with("CARGO_") && !OF_CARGO_RUN.iter().any(|prefix| name.starts_with(prefix));
    // `RUST_RECURSION_COUNT` is rustup's own.
    let of_rust = name.starts_with("RUST") && name != "RUST_RECURSION_COUNT" && name != "RUST_BACKTRACE";
    of_cargo || of_rust || OTHERS.contains(&name)
}

/// The folders of the packages on this machine that the package in `dir` depends on, directly or not.
fn local_packages(dir: &Path, manifests: &mut Manifests) -> Option<BTreeSet<PathBuf>> {
    let (mut found, mut open) = (BTreeSet::new(), vec![dir.to_owned()]);
    while let Some(dir) = open.pop() {
        let workspace = manifests.workspace_of(&dir);
        for (name, dependency) in dependencies(&*manifests.read(&dir)?) {
            let is_shared = dependency.get("workspace").is_some();
            let (dependency, base) = if is_shared {
                let (root, manifest) = workspace.as_ref()?;
                (manifest.get("workspace")?.get("dependencies")?.get(name)?, root)
            } else {
                (dependency, &dir)
            };
            if let Some(path) = dependency.get("path").and_then(Value::as_str) {
                let package = base.join(path);
                if found.insert(package.clone()) {
                    open.push(package);
                }
            }
        }
    }
    Some(found)
}

/// The manifests that were read: most packages are in the same workspace.
#[derive(Default)]
struct Manifests(HashMap<PathBuf, Option<Rc<Table>>>);

impl Manifests {
    /// The manifest in `dir`.
    fn read(&mut self, dir: &Path) -> Option<Rc<Table>> {
        let read = || Some(Rc::new(fs::read_to_string(dir.join("Cargo.toml")).ok()?.parse().ok()?));
        self.0.entry(dir.to_owned()).or_insert_with(read).clone()
    }

    /// The root of the workspace that the package in `dir` belongs to, and its manifest.
    fn workspace_of(&mut self, dir: &Path) -> Option<(PathBuf, Rc<Table>)> {
        dir.ancestors().find_map(|root| {
            let manifest = self.read(root)?;
            manifest.contains_key("workspace").then(|| (root.to_owned(), manifest))
        })
    }
}

/// All dependencies in a manifest, those for one target included.
fn dependencies(manifest: &Table) -> impl Iterator<Item = (&String, &Value)> {
    const TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    let owners = targets.filter_map(Value::as_table).chain([manifest]);
    owners.flat_map(|owner| TABLES.iter().filter_map(|name| owner.get(*name)?.as_table()).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;
    use crate::system::toolchain::Toolchain;

    /// Would catch: a change that is not noticed, so that an old call is repeated.
    #[test]
    fn whatever_a_call_depends_on_changes_the_hash() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let write = |file: &str, text: &str| {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), text).unwrap();
        };
        write("Cargo.toml", "[workspace.dependencies]\nkit = { path = \"kit\" }\n");
        write("e/Cargo.toml", "[dev-dependencies]\nkit.workspace = true\n");
        write("kit/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nmacros = { path = \"macros\" }\n");
        write("kit/macros/Cargo.toml", "");
        let mut exercise = example::exercise("abba");
        exercise.dir = root.join("e");
        let hash = |mode, clippy| of(root, &exercise, mode, Options { toolchain: Toolchain { clippy }, colour: false });
        let mut seen = BTreeSet::from([hash(Mode::Real, true), hash(Mode::Real, false), hash(Mode::Explore, true)]);
        assert_eq!((seen.len(), hash(Mode::Real, true).is_some()), (3, true));
        for file in [
            "Cargo.lock",
            ".cargo/config.toml",
            "rust-toolchain.toml",
            "kit/src/lib.rs",
            "kit/macros/src/lib.rs",
            "kit/build.rs",
        ] {
            write(file, "# new");
            assert!(seen.insert(hash(Mode::Real, true)), "{file}");
        }
        write("e/Cargo.toml", "[dev-dependencies]\nkit = { workspace = true, features = [\"explore\"] }\n");
        assert!(seen.insert(hash(Mode::Real, true)), "a feature");
        write("e/src/lib.rs", "");
        assert!(!seen.insert(hash(Mode::Real, true)), "a source is not part of it");
        write(".cargo/config.toml", "build.rustc-wrapper = \"sccache\"");
        assert_eq!(hash(Mode::Real, true), None, "a wrapper");
    }

    #[test]
    fn what_cargo_run_sets_is_no_setting() {
        for name in ["RUSTFLAGS", "CARGO_PROFILE_DEV_DEBUG", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN", "PATH"] {
            assert!(is_setting(name), "{name}");
        }
        for name in ["CARGO", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "HOME", "RUST_BACKTRACE", "TERM"] {
            assert!(!is_setting(name), "{name}");
        }
    }
}
