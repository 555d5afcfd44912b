//! A course whose compiler is a toy: a `cargo` that takes no time, and tests that behave as the exercise's source says.
//!
//! The first line of an exercise's source selects the behaviour: `// right`, `// wrong`, `// error`, `// deadlock`,
//! `// loop`, `// flood`, `// slow N`, `// compiling N`, `// blocked N`, `// half-listed`, `// cargo-says`,
//! `// no-picture`, `// not-executable`, `// no-report`, `// exploring N`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use trace::{Action, Failure, FailureKind, Mode, Object, Report, Step, Task, Trace};

pub struct Toys {
    pub root: PathBuf,
    _dir: tempfile::TempDir,
}

/// The exercises; the last one has an explore mode.
const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

/// Prints what cargo would print, and writes a test binary that behaves as the source says.
const CARGO: &str = r##"#!/bin/sh
toys='@ROOT@/toys'
case "$1" in
metadata) exec sed "s|@HERE@|$PWD|g" "$toys/metadata.json" ;;
esac
mode=real
for word in "$@"; do
  case "$word" in
  *#*@*) name=${word##*#}; name=${name%@*} ;;
  explore) mode=explore ;;
  esac
done
echo "$mode $name" >> "$toys/calls"
echo "target=$CARGO_BUILD_TARGET flags=$CARGO_ENCODED_RUSTFLAGS" >> "$toys/settings"
source="$PWD/exercises/01_toys/$name/src/lib.rs"
while [ -e "$toys/hold-before-reading" ]; do sleep 0.01; done
read -r slashes what number rest < "$source"
echo "$what" >> "$toys/read"
while [ -e "$toys/hold-after-reading" ]; do sleep 0.01; done
[ $mode = explore ] && [ "$what" = compiling ] && what=right
case "$what" in
error)
  echo "   Compiling $name v0.1.0" >&2
  cat "$toys/error.json"
  echo '{"reason":"build-finished","success":false}'
  exit 101 ;;
compiling)
  echo "   Compiling tokio v1.0.0" >&2
  printf '    Building [==>   ] 12/34: tokio\r' >&2
  sleep "$number"
  what=right ;;
cargo-says)
  cat "$toys/cargo-says.json"
  cat "$toys/cargo-says.txt" >&2
  exit 101 ;;
blocked)
  echo "    Blocking waiting for file lock on build directory" >&2
  sleep "$number"
  what=right ;;
esac
binary="$toys/$name-$mode-$$"
sed -e "s/@WHAT@/$what/" -e "s/@NUMBER@/$number/" -e "s/@MODE@/$mode/" "$toys/test-$mode" > "$binary"
[ "$what" = not-executable ] || chmod +x "$binary"
echo "{\"reason\":\"compiler-artifact\",\"package_id\":\"path+file:///toys#$name@0.1.0\",\"target\":{\"kind\":[\"test\"],\"src_path\":\"$source\"},\"executable\":\"$binary\"}"
"##;

/// A test binary with one test.
const TEST: &str = r##"#!/bin/sh
case "$* @WHAT@" in
*--ignored*) echo "0 tests, 0 benchmarks"; exit 0 ;;
*--list*half-listed) echo "it_does"; exit 0 ;;
*--list*) printf 'it_does_what_it_should: test\n\n1 test, 0 benchmarks\n'; exit 0 ;;
esac
pass() { printf '@HEADER@\npassed\t%s\n' "$INTERLEAVE_NONCE" > "$INTERLEAVE_REPORT"; exit 0; }
case @WHAT@ in
right) pass ;;
slow) sleep @NUMBER@; pass ;;
exploring) pass ;;
deadlock) exec sleep 1000 ;;
no-picture) [ @MODE@ = explore ] || sleep 0.5 ;;
no-report) echo "interleave: cannot write the report $INTERLEAVE_REPORT: No space left on device (os error 28)"; exit 0 ;;
loop) while :; do :; done ;;
flood) exec yes 'a line of a flood' ;;
esac
echo "left is not right"
exit 101
"##;

impl Toys {
    pub fn new() -> Toys {
        let dir = tempfile::Builder::new().prefix("toys-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let root = dir.path().to_owned();
        fs::create_dir_all(root.join("toys")).unwrap();
        fs::create_dir_all(root.join("tmp")).unwrap();
        fs::write(root.join("Cargo.toml"), "[workspace.metadata.course]\n").unwrap();
        let toys = Toys { root, _dir: dir };
        for name in NAMES {
            toys.make_exercise(name);
        }
        let packages: Vec<Value> = NAMES.iter().map(|name| Toys::package(name)).collect();
        fs::write(toys.root.join("toys/metadata.json"), json!({ "packages": packages }).to_string()).unwrap();
        fs::write(toys.root.join("toys/error.json"), error() + "\n").unwrap();
        let real = TEST.replace("@HEADER@", trace::wire::HEADER);
        fs::write(toys.root.join("toys/explored"), trace::wire::write(&deadlock())).unwrap();
        let real = real.replace("\nexploring) ", "\nexploring) @TELLS@");
        fs::write(toys.root.join("toys/test-real"), real.replace("@TELLS@", "")).unwrap();
        let tells = "printf '@NUMBER@\\t\\n' > \"$INTERLEAVE_REPORT.progress\"; sleep 5; ";
        let explored = real.replace("@TELLS@", tells).replace(
            "deadlock) exec sleep 1000 ;;",
            &format!(
                "deadlock) cat '{}' > \"$INTERLEAVE_REPORT\"; exit 101 ;;",
                toys.root.join("toys/explored").display()
            ),
        );
        fs::write(toys.root.join("toys/test-explore"), explored).unwrap();
        toys.program("cargo", &CARGO.replace("@ROOT@", &toys.root.display().to_string()));
        toys.program("clippy-driver", "#!/bin/sh\necho 'clippy 0.1.95 (toy)'\n");
        toys.progress(r#"{"schema":1,"current":"alpha","exercises":{"alpha":{"attempts":1}}}"#);
        toys
    }

    fn make_exercise(&self, name: &str) {
        let dir = self.root.join("exercises/01_toys").join(name);
        fs::create_dir_all(dir.join("src")).unwrap();
        fs::create_dir_all(dir.join("tests")).unwrap();
        fs::write(dir.join("src/lib.rs"), "// wrong\n").unwrap();
        fs::write(dir.join("README.md"), format!("# The toy {name} ★\n\nMake it\nright.\n")).unwrap();
        fs::write(dir.join("hints.md"), "# Hints\n\n## 1\n\nWhat is right?\n\n## 2\n\nNot left.\n").unwrap();
        let solution = self.root.join("solutions/01_toys").join(name);
        fs::create_dir_all(solution.join("src")).unwrap();
        fs::write(solution.join("src/lib.rs"), "// right\n").unwrap();
        fs::write(solution.join("starter.rs"), "// wrong\n").unwrap();
        fs::write(solution.join("README.md"), "It is right because\nit is not left.\n\nMore.\n").unwrap();
    }

    /// What `cargo metadata` says of it; `@HERE@` is the folder of the course, which may be a copy.
    fn package(name: &str) -> Value {
        let dir = Path::new("@HERE@/exercises/01_toys").join(name);
        let features = if name == "gamma" { json!({ "explore": [] }) } else { json!({}) };
        json!({
            "name": name,
            "id": format!("path+file:///toys#{name}@0.1.0"),
            "manifest_path": dir.join("Cargo.toml"),
            "features": features,
            "targets": [{ "kind": ["test"], "src_path": dir.join("src/lib.rs") }],
            "metadata": { "exercise": {
                "title": format!("The toy {name}"), "grade": 1, "starts": "failing-test",
                "concepts": ["toys"], "packages": ["std"], "limit_ms": 600_000,
            } },
        })
    }

    pub fn program(&self, name: &str, text: &str) {
        let path = self.root.join("toys").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The output of cargo for `// cargo-says`: JSON messages, and text for people.
    pub fn cargo_says(&self, messages: &str, said: &str) {
        fs::write(self.root.join("toys/cargo-says.json"), messages).unwrap();
        fs::write(self.root.join("toys/cargo-says.txt"), said).unwrap();
    }

    /// The environment of the checker.
    pub fn environment(&self, mut set: impl FnMut(&str, Option<&str>)) {
        for name in ["CI", "NO_COLOR", "CLICOLOR_FORCE", "TMUX", "VISUAL", "EDITOR", "TERM_PROGRAM", "VTE_VERSION"] {
            set(name, None);
        }
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTUP_TOOLCHAIN"] {
            set(name, None);
        }
        // Courses that exist at the same time must not share their build folders.
        set("CARGO_TARGET_DIR", None);
        let toys = self.root.join("toys").display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        set("PATH", Some(&format!("{toys}:{path}")));
        set("CARGO", Some(&format!("{toys}/cargo")));
        set("TMPDIR", Some(&self.root.join("tmp").display().to_string()));
    }

    /// A command that runs the checker without a terminal.
    pub fn checker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_checker"));
        command.args(arguments).current_dir(&self.root).stdin(std::process::Stdio::null());
        self.environment(|name, value| {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        });
        command
    }

    pub fn source(&self, name: &str) -> PathBuf {
        self.root.join("exercises/01_toys").join(name).join("src/lib.rs")
    }

    pub fn save(&self, name: &str, what: &str) {
        fs::write(self.source(name), format!("// {what}\n")).unwrap();
    }

    /// Makes cargo wait before it reads the source or after that, until the returned file is removed.
    pub fn hold(&self, when: &str) -> PathBuf {
        let hold = self.root.join(format!("toys/hold-{when}"));
        fs::write(&hold, "").unwrap();
        hold
    }

    pub fn progress(&self, text: &str) {
        fs::create_dir_all(self.root.join(".checker")).unwrap();
        fs::write(self.root.join(".checker/progress.json"), text).unwrap();
    }

    /// The calls of cargo so far, such as `real alpha`.
    pub fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.root.join("toys/calls")).unwrap_or_default();
        calls.lines().map(str::to_owned).collect()
    }

    /// The processes that the checker started in this course, directly or indirectly, without the checker itself.
    pub fn processes(&self) -> Vec<String> {
        self.all_processes().into_iter().map(|(line, _)| line).collect()
    }

    /// The niceness of the process with this command line.
    pub fn niceness_of(&self, words: &str) -> Option<i32> {
        let (_, process) = self.all_processes().into_iter().find(|(line, _)| line.contains(words))?;
        let stat = fs::read_to_string(process.join("stat")).ok()?;
        stat.rsplit_once(") ")?.1.split(' ').nth(16)?.parse().ok()
    }

    fn all_processes(&self) -> Vec<(String, PathBuf)> {
        let mark = format!("TMPDIR={}", self.root.join("tmp").display());
        let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
        let ours = processes.filter(|process| {
            let has_mark = |environ: Vec<u8>| environ.split(|byte| *byte == 0).any(|entry| entry == mark.as_bytes());
            fs::read(process.path().join("environ")).is_ok_and(has_mark)
        });
        let name = |path: &Path| fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
        let lines = ours.map(|process| (name(&process.path()), process.path()));
        lines.filter(|(line, _)| !line.contains("stty -g") && !is_checker(line)).collect()
    }
}

fn is_checker(line: &str) -> bool {
    let program = line.split(' ').next().unwrap_or_default();
    Path::new(program).ends_with("checker") && !line.contains("__exec")
}

/// Compiler errors, coloured as by rustc.
fn error() -> String {
    let errors = (1..=3).map(|n| {
        json!({
            "reason": "compiler-message",
            "package_id": "path+file:///toys#alpha@0.1.0",
            "message": {
                "message": format!("mistake number {n}"), "level": "error",
                "code": { "code": format!("E000{n}") },
                "spans": [{ "file_name": "exercises/01_toys/alpha/src/lib.rs", "line_start": n, "is_primary": true }],
                "rendered": format!(
                    "\u{1b}[1m\u{1b}[38;5;9merror[E000{n}]\u{1b}[0m: mistake number {n}\n  --> exercises/01_toys/alpha/src/lib.rs:{n}:1\n{}",
                    "   |\n".repeat(9)
                ),
            },
        })
        .to_string()
    });
    errors.collect::<Vec<_>>().join("\n")
}

/// Two locks, taken in opposite orders.
fn deadlock() -> Report {
    let step = |task, action, line| Step {
        task,
        action,
        place: Some(trace::Place { file: "exercises/01_toys/gamma/src/lib.rs".into(), line }),
    };
    let object = |name: &str| Object { type_name: "Mutex".into(), name: name.into(), created: None };
    let trace = Trace {
        schedule: 3,
        budget: 1000,
        seed: 7,
        tasks: ["main", "thread 1"].map(Task::named).to_vec(),
        objects: vec![object("a"), object("b")],
        steps: vec![
            step(0, Action::Acquires { object: 0, mode: Mode::Lock }, 12),
            step(1, Action::Acquires { object: 1, mode: Mode::Lock }, 15),
            step(0, Action::Waits { object: 1, mode: Mode::Lock }, 13),
            step(1, Action::Waits { object: 0, mode: Mode::Lock }, 16),
        ],
        ..Trace::default()
    };
    let failure = Failure { kind: FailureKind::Deadlock, message: "deadlock".into(), place: None, trace: Some(trace) };
    Report { failure: Some(failure), ..Report::default() }
}
