//! Settings of the user's cargo that would change a verdict, and their replacements.
//!
//! The same file must get the same verdict on every machine. So these are ignored, with a note to the learner: flags
//! that forbid or allow something, a target other than this machine, and run-time checks that are turned off. Settings
//! that only affect how to build, such as a linker, are kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use toml::{Table, Value};

/// The origin of a setting: a variable or a file.
type Origin = String;

/// The settings that differ for checks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settings {
    variables: Vec<(&'static str, String)>,
    /// Notes for the learner: which settings are ignored, and where they are set.
    pub notes: Vec<String>,
}

/// Run-time checks that a wrong answer may fail. They are on in the profile that exercises are built with.
const CHECKS: [&str; 4] = [
    "CARGO_PROFILE_DEV_OVERFLOW_CHECKS",
    "CARGO_PROFILE_DEV_DEBUG_ASSERTIONS",
    "CARGO_PROFILE_TEST_OVERFLOW_CHECKS",
    "CARGO_PROFILE_TEST_DEBUG_ASSERTIONS",
];

impl Settings {
    /// Reads the same sources as cargo in `root`: the environment, and the configuration files there and in all folders
    /// above.
    pub fn read(root: &Path) -> Settings {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
        let folders = root.ancestors().map(|folder| folder.join(".cargo")).chain(home);
        let files = folders.flat_map(|folder| [folder.join("config.toml"), folder.join("config")]);
        let tables = files.filter_map(|file| {
            // Cargo itself reports an unreadable file.
            let table = fs::read_to_string(&file).ok()?.parse().ok()?;
            Some((file.display().to_string(), table))
        });
        Settings::of(&variables, &tables.collect::<Vec<_>>())
    }

    fn of(variables: &BTreeMap<String, String>, files: &[(Origin, Table)]) -> Settings {
        let mut settings = Settings::default();
        settings.variables.extend(CHECKS.map(|name| (name, "true".to_owned())));
        settings.leave_out_flags(&flags(variables, files));
        if let Some((origin, target)) = target(variables, files) {
            settings.variables.push(("CARGO_BUILD_TARGET", "host-tuple".to_owned()));
            settings.notes.push(format!("note: {origin} sets the target {target}; checks build for this machine"));
        }
        settings
    }

    fn leave_out_flags(&mut self, flags: &[(Origin, Vec<String>)]) {
        let mut kept = Vec::new();
        for (origin, flags) in flags {
            let (left_out, rest) = sort(flags);
            if !left_out.is_empty() {
                self.notes.push(format!(
                    "note: {origin} sets `{}`, which may change a verdict; checks ignore it",
                    left_out.join(" ")
                ));
            }
            kept.extend(rest);
        }
        if !self.notes.is_empty() {
            // Even if it is empty, this variable overrides all other ways to set flags.
            self.variables.push(("CARGO_ENCODED_RUSTFLAGS", kept.join("\x1f")));
        }
    }

    pub fn apply(&self, command: &mut Command) {
        command.env_remove("CLIPPY_ARGS").envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

/// The flags that cargo passes to the compiler: of four sources, the first one that has any.
fn flags(variables: &BTreeMap<String, String>, files: &[(Origin, Table)]) -> Vec<(Origin, Vec<String>)> {
    let variable = |name: &str, separator: &[char]| {
        let value = variables.get(name)?;
        let words = value.split(separator).filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
        Some((name.to_owned(), words))
    };
    if let Some(encoded) = variable("CARGO_ENCODED_RUSTFLAGS", &['\x1f']) {
        return vec![encoded];
    }
    if let Some(plain) = variable("RUSTFLAGS", &[' ']) {
        return vec![plain];
    }
    let of_target = variables.keys().filter(|name| name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS"));
    let mut found: Vec<_> = of_target.filter_map(|name| variable(name, &[' '])).collect();
    for (origin, table) in files {
        let targets = table.get("target").and_then(Value::as_table).into_iter().flatten();
        let own = targets.filter(|(name, _)| is_this_machine(name));
        found
            .extend(own.filter_map(|(_, target)| words(target.get("rustflags")?)).map(|flags| (origin.clone(), flags)));
    }
    if found.is_empty() {
        found.extend(variable("CARGO_BUILD_RUSTFLAGS", &[' ']));
        let build = |table: &Table| words(table.get("build")?.get("rustflags")?);
        found.extend(files.iter().filter_map(|(origin, table)| Some((origin.clone(), build(table)?))));
    }
    found
}

/// Whether the table with this name applies to this machine. A condition that is not understood may apply.
fn is_this_machine(name: &str) -> bool {
    match name.strip_prefix("cfg(").and_then(|rest| rest.strip_suffix(')')) {
        Some(condition) => holds(condition).unwrap_or(true),
        None => {
            let system = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
            name.starts_with(std::env::consts::ARCH) && name.contains(system)
        }
    }
}

/// Whether a condition of `cfg` holds for the machine that runs; `None` if that is not known here.
fn holds(condition: &str) -> Option<bool> {
    let condition = condition.trim();
    if let Some((name, list)) = condition.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        let mut answers = parts(list).into_iter().map(holds);
        return match name.trim() {
            "not" => answers.next()?.map(|holds| !holds),
            "all" => decided(answers, false),
            "any" => decided(answers, true),
            _ => None,
        };
    }
    match condition.split_once('=').map(|(name, value)| (name.trim(), value.trim().trim_matches('"'))) {
        None => match condition {
            "unix" | "windows" => Some(condition == std::env::consts::FAMILY),
            "true" | "false" => Some(condition == "true"),
            _ => None,
        },
        Some(("target_os", value)) => Some(value == std::env::consts::OS),
        Some(("target_family", value)) => Some(value == std::env::consts::FAMILY),
        Some(("target_arch", value)) => Some(value == std::env::consts::ARCH),
        Some(("target_pointer_width", value)) => Some(value == usize::BITS.to_string()),
        Some(("target_endian", value)) => Some((value == "little") == cfg!(target_endian = "little")),
        Some(_) => None,
    }
}

/// Of several conditions, one that is `decides` decides; or else they are the other, if all of them are known.
fn decided(answers: impl Iterator<Item = Option<bool>>, decides: bool) -> Option<bool> {
    let answers: Vec<Option<bool>> = answers.collect();
    if answers.contains(&Some(decides)) {
        return Some(decides);
    }
    answers.iter().all(Option::is_some).then_some(!decides)
}

/// The parts of a list that commas outside of brackets divide.
fn parts(list: &str) -> Vec<&str> {
    let mut depth = 0;
    let outside = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    };
    list.split(outside).filter(|part| !part.trim().is_empty()).collect()
}

/// A list of words, which cargo also accepts as a single string.
fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
        Value::Array(flags) => Some(flags.iter().filter_map(|flag| flag.as_str().map(str::to_owned)).collect()),
        _ => None,
    }
}

/// The build target, if one is set.
fn target(variables: &BTreeMap<String, String>, files: &[(Origin, Table)]) -> Option<(Origin, String)> {
    let name = "CARGO_BUILD_TARGET";
    let variable = variables.get(name).map(|target| (name.to_owned(), target.clone()));
    let of_file = |(origin, table): &(Origin, Table)| {
        let target = words(table.get("build")?.get("target")?)?.join(", ");
        Some((origin.clone(), target))
    };
    variable.or_else(|| files.iter().find_map(of_file)).filter(|(_, target)| target != "host-tuple")
}

/// Separates the flags that may change a verdict from the others.
fn sort(flags: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut left_out, mut kept) = (Vec::new(), Vec::new());
    let mut flags = flags.iter().peekable();
    while let Some(flag) = flags.next() {
        let takes_another = ["-A", "-W", "-D", "-F", "-C", "-Z"].contains(&flag.as_str())
            || ["--allow", "--warn", "--deny", "--forbid", "--cap-lints", "--cfg", "--codegen"]
                .contains(&flag.as_str());
        let mut words = vec![flag.clone()];
        words.extend(flags.next_if(|_| takes_another).cloned());
        if changes_verdicts(&words.join(" ")) { left_out.push(words.join(" ")) } else { kept.extend(words) }
    }
    (left_out, kept)
}

fn changes_verdicts(flag: &str) -> bool {
    let codegen = ["-C", "--codegen"].iter().find_map(|prefix| flag.strip_prefix(prefix));
    match codegen.map(|option| option.trim_start_matches([' ', '='])) {
        Some(option) => ["panic", "debug-assertions", "overflow-checks"].iter().any(|name| option.starts_with(name)),
        None => ["-A", "-W", "-D", "-F", "--allow", "--warn", "--deny", "--forbid", "--cap-lints", "--cfg"]
            .iter()
            .any(|prefix| flag.starts_with(prefix)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];
    type Files<'a> = &'a [&'a str];

    fn settings(variables: Variables<'_>, files: Files<'_>) -> Settings {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let tables = files.iter().map(|text| ("a.toml".to_owned(), text.parse().unwrap()));
        Settings::of(&variables, &tables.collect::<Vec<_>>())
    }

    fn flags_of(settings: &Settings) -> Option<&str> {
        let flags = settings.variables.iter().find(|(name, _)| *name == "CARGO_ENCODED_RUSTFLAGS");
        flags.map(|(_, value)| value.as_str())
    }

    /// Would catch: flags for another system that are passed to the compiler of this one.
    #[test]
    fn a_condition_is_evaluated_where_that_is_possible() {
        let arch = std::env::consts::ARCH;
        for (condition, expected) in [
            (format!("target_arch = \"{arch}\""), Some(true)),
            ("target_os = \"plan9\"".to_owned(), Some(false)),
            ("not(any(unix, windows))".to_owned(), Some(false)),
            (format!("all(any(unix, windows), target_arch=\"{arch}\")"), Some(true)),
            ("all(target_feature = \"sse2\", target_os = \"plan9\")".to_owned(), Some(false)),
            ("any(target_feature = \"sse2\", not(target_os = \"plan9\"))".to_owned(), Some(true)),
            ("any(target_env = \"gnu\", target_os = \"plan9\")".to_owned(), None),
            ("not(tokio_unstable)".to_owned(), None),
            ("all()".to_owned(), Some(true)),
        ] {
            assert_eq!(holds(&condition), expected, "{condition}");
        }
        let file = "[target.'cfg(target_os = \"plan9\")']\nrustflags = \"-D warnings\"\n";
        assert_eq!(settings(&[], &[file]).notes.len(), 0);
        let file = "[target.'cfg(any(unix, windows))']\nrustflags = \"-D warnings\"\n";
        assert_eq!(settings(&[], &[file]).notes.len(), 1);
    }

    #[test]
    fn without_user_settings_only_the_run_time_checks_are_set() {
        let usual = settings(&[("RUSTFLAGS", "-C link-arg=-fuse-ld=mold -Ctarget-cpu=native")], &[]);
        assert_eq!((usual.notes.len(), flags_of(&usual)), (0, None));
        assert_eq!(usual.variables.len(), CHECKS.len());
    }

    #[test]
    fn flags_that_change_a_verdict_are_left_out_wherever_they_are_set() {
        let origins: [(Variables<'_>, Files<'_>); 7] = [
            (&[("RUSTFLAGS", "-D warnings -C linker=x")], &[]),
            (&[("CARGO_ENCODED_RUSTFLAGS", "-Dwarnings\x1f-C\x1flinker=x")], &[]),
            (&[("CARGO_BUILD_RUSTFLAGS", "--deny=warnings -C linker=x")], &[]),
            (&[("CARGO_TARGET_X_RUSTFLAGS", "-C panic=abort -C linker=x")], &[]),
            (&[], &["build.rustflags = [\"-Cpanic=abort\", \"-C\", \"linker=x\"]"]),
            (&[], &["build.rustflags = \"--cap-lints allow -C linker=x\""]),
            (&[], &["[target.'cfg(all())']\nrustflags = [\"--cfg\", \"loom\", \"-C\", \"linker=x\"]"]),
        ];
        for (variables, files) in origins {
            let settings = settings(variables, files);
            assert_eq!(flags_of(&settings), Some("-C\x1flinker=x"), "{variables:?} {files:?}");
            assert_eq!(settings.notes.len(), 1, "{settings:?}");
        }
        let noted = settings(&[("RUSTFLAGS", "-D warnings -Cpanic=abort")], &[]).notes;
        assert_eq!(
            noted,
            ["note: RUSTFLAGS sets `-D warnings -Cpanic=abort`, which may change a verdict; checks ignore it"]
        );
    }

    #[test]
    fn flags_that_cargo_would_not_pass_on_are_not_mentioned() {
        let hidden = settings(&[("RUSTFLAGS", "")], &["build.rustflags = [\"-Dwarnings\"]"]);
        assert_eq!(hidden.notes, Vec::<String>::new());
        let elsewhere = settings(&[], &["[target.no-such-machine]\nrustflags = [\"-Dwarnings\"]"]);
        assert_eq!(elsewhere.notes, Vec::<String>::new());
    }

    #[test]
    fn another_target_is_replaced_by_this_machine() {
        let cross: [(Variables<'_>, Files<'_>); 3] = [
            (&[("CARGO_BUILD_TARGET", "wasm32-wasip1")], &[]),
            (&[], &["build.target = \"wasm32-wasip1\""]),
            (&[], &["build.target = [\"wasm32-wasip1\"]"]),
        ];
        for (variables, files) in cross {
            let settings = settings(variables, files);
            assert!(settings.variables.contains(&("CARGO_BUILD_TARGET", "host-tuple".to_owned())), "{settings:?}");
            assert!(settings.notes[0].contains("wasm32-wasip1") && flags_of(&settings).is_none(), "{settings:?}");
        }
    }
}
