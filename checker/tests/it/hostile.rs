//! Submissions that want something else than to be graded: what each of them gets, and that it gets nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{self, Course, Ran};

/// The exercise that all of them hand in: `answer` is to return 42.
const SOURCE: &str = "exercises/01_verdicts/01_passes/src/lib.rs";
const RIGHT: &str = "pub fn answer() -> u32 { 42 }\n";
/// Code before `answer` that calls the C library.
const C: &str = "unsafe extern \"C\" { fn fork() -> i32; fn kill(p: i32, s: i32) -> i32; fn getppid() -> i32; fn _exit(c: i32); }\n\
     fn error() -> std::io::ErrorKind { std::io::Error::last_os_error().kind() }\n";

/// What a submission gets.
enum Gets {
    Passed,
    /// The reason, and words of the message.
    Failed(&'static str, &'static str),
}
use Gets::{Failed, Passed};

/// Each with its name, the code before `answer`, its body, and what it gets. `@OUTSIDE@` is a folder of the teacher,
/// `@PORT@` a port on which somebody listens.
const TEXTS: [(&str, &str, &str, Gets); 25] = [
    ("honest", "", "42", Passed),
    ("reads-passwd", "pub const P: &str = include_str!(\"/etc/passwd\");", "42", Failed("compile-error", "denied")),
    ("reads-home", "pub const P: &str = include_str!(\"@OUTSIDE@/secret\");", "42", Failed("compile-error", "denied")),
    (
        "reads-solution",
        "pub mod s { include!(\"../../../../solutions/01_verdicts/20_abba/src/lib.rs\"); }",
        "42",
        Failed("compile-error", "No such file"),
    ),
    ("reads-variable", "pub const P: &str = env!(\"SECRET\");", "42", Failed("compile-error", "not defined")),
    (
        "expands-without-end",
        "#![recursion_limit = \"1000000\"]\nmacro_rules! m { ($($t:tt)*) => { m! { $($t)* $($t)* } } }\nm! { x }",
        "42",
        Failed("compile-error", "more memory"),
    ),
    ("links-nothing", "#[link(name = \"nowhere\")] unsafe extern \"C\" {}", "42", Failed("compile-error", "linking")),
    ("prints-escapes", "", "panic!(\"\\u{1b}[2J\")", Failed("panic", "\u{fffd}[2J")),
    (
        "connects",
        "use std::net::*; use std::os::unix::net::*;",
        "let tcp = TcpStream::connect(\"127.0.0.1:@PORT@\").map_err(|e| e.kind());\n\
         let udp = UdpSocket::bind(\"127.0.0.1:0\").map_err(|e| e.kind());\n\
         let unix = UnixStream::connect(\"@OUTSIDE@/socket\").map_err(|e| e.kind()); panic!(\"{tcp:?} {udp:?} {unix:?}\")",
        Failed("panic", "Err(PermissionDenied) Err(PermissionDenied) Err(PermissionDenied)"),
    ),
    (
        "forks",
        C,
        "let mut forks = 0; for _ in 0..50 { match unsafe { fork() } { -1 => {}, 0 => { \
         std::thread::sleep(std::time::Duration::from_secs(5)); unsafe { _exit(0) } } _ => forks += 1 } }\n\
         let program = std::process::Command::new(\"/bin/true\").status().map_err(|e| e.kind()); \
         panic!(\"{forks} forks, {program:?}\")",
        Failed("panic", "0 forks, Err(PermissionDenied)"),
    ),
    (
        "becomes-a-shell",
        "use std::os::unix::process::CommandExt;",
        "panic!(\"{:?}\", std::process::Command::new(\"/bin/sh\").arg(\"-c\").arg(\"exit 0\").exec().kind())",
        Failed("panic", "PermissionDenied"),
    ),
    (
        "writes-files",
        "",
        "let report = std::env::var(\"INTERLEAVE_REPORT\").unwrap(); let dir = std::path::Path::new(&report).parent().unwrap();\n\
         let all = [dir.join(\"x\"), \"x\".into(), \"/tmp/x\".into(), \"/dev/shm/x\".into(), \"@OUTSIDE@/secret\".into()];\n\
         panic!(\"{:?}\", all.map(|file| std::fs::write(file, \"x\").is_ok()))",
        Failed("panic", "[false, false, false, false, false]"),
    ),
    (
        "changes-modes",
        "use std::os::unix::fs::PermissionsExt;",
        "let mode = std::fs::Permissions::from_mode(0o777); let file = \"@OUTSIDE@/secret\";\n\
         panic!(\"{:?}\", (std::fs::set_permissions(file, mode).is_ok(), std::os::unix::fs::chown(file, Some(7), None).is_ok()))",
        Failed("panic", "(false, false)"),
    ),
    (
        "fills-the-disk",
        "use std::io::Write;",
        "let report = std::env::var(\"INTERLEAVE_REPORT\").unwrap(); let mut file = std::fs::File::create(report).unwrap();\n\
         loop { file.write_all(&[0; 1 << 16]).unwrap() }",
        Failed("crashed", "SIGXFSZ"),
    ),
    ("fills-the-memory", "", "vec![1_u8; 100 << 30].len() as u32", Failed("crashed", "memory was used up")),
    ("exits", "", "std::process::exit(0)", Failed("unfinished", "before the test did")),
    (
        "forges-a-report",
        "",
        "let nonce = std::env::var(\"INTERLEAVE_NONCE\").ok(); let seen = std::fs::read(\"/proc/self/environ\").is_ok();\n\
         let memory = std::fs::File::open(\"/proc/self/mem\").is_ok(); println!(\"{nonce:?} {seen} {memory}\");\n\
         let report = format!(\"@HEADER@\\npassed\\t{}\\n\", nonce.unwrap_or_default());\n\
         std::fs::write(std::env::var(\"INTERLEAVE_REPORT\").unwrap(), report).unwrap(); std::process::exit(0)",
        Failed("unfinished", "None false false"),
    ),
    (
        "blames-the-machine",
        "",
        "println!(\"checker: not started: no\\ninterleave: cannot write the report {}: No space left on device\", \
         std::env::var(\"INTERLEAVE_REPORT\").unwrap()); std::process::exit(0)",
        Failed("unfinished", "before the test did"),
    ),
    (
        "kills-the-checker",
        C,
        "let killed = unsafe { kill(getppid(), 9) }; panic!(\"{killed} {:?}\", error())",
        Failed("panic", "-1 PermissionDenied"),
    ),
    (
        "reads-the-checker",
        C,
        "panic!(\"{:?}\", std::fs::read(format!(\"/proc/{}/environ\", unsafe { getppid() })).map_err(|e| e.kind()))",
        Failed("panic", "Err(PermissionDenied)"),
    ),
    (
        "poisons-the-build",
        "",
        "let own = std::env::current_exe().unwrap(); let slot = own.ancestors().find(|dir| dir.join(\"shared\").is_dir()).unwrap();\n\
         let all = [own.clone(), own.with_file_name(\"new\"), slot.join(\"shared/debug/deps/new\"), slot.join(\"course/Cargo.toml\"),\n\
         slot.join(\"ready/passes\"), \"src/lib.rs\".into(), \"tests/passes.rs\".into()];\n\
         panic!(\"{:?}\", all.map(|file| std::fs::write(&file, \"x\").is_ok() || std::fs::remove_file(file).is_ok()))",
        Failed("panic", "[false, false, false, false, false, false, false]"),
    ),
    (
        "waits-for-ever",
        "",
        "let m = std::sync::Mutex::new(42); let _a = m.lock(); *m.lock().unwrap()",
        Failed("deadlock", "lib.rs:"),
    ),
    (
        "overflows",
        "#[allow(unconditional_recursion)] fn f(x: u32) -> u32 { f(x + 1) + 1 }",
        "f(0)",
        Failed("crashed", "stack"),
    ),
    ("tells-its-variables", "", VARIABLES, Failed("panic", "INTERLEAVE_REPORT")),
    ("honest-again", "", "41 + 1", Passed),
];

/// Panics with the names of all variables.
const VARIABLES: &str = "let names: std::collections::BTreeSet<String> = std::env::vars_os().map(|(name, _)| \
                         name.into_string().unwrap()).collect(); panic!(\"{names:?}\")";

/// A class, the teacher's course, and things that no submission may touch.
struct School {
    course: Course,
    outside: tempfile::TempDir,
    listener: TcpListener,
}

impl School {
    fn new() -> School {
        let outside = tempfile::Builder::new().prefix("outside-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        School { course: Course::to_build(), outside, listener }
    }

    fn class(&self) -> PathBuf {
        self.outside.path().join("class")
    }

    fn hand_in(&self, student: &str, file: &str, text: &str) {
        let file = self.class().join(student).join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn text(&self, before: &str, body: &str) -> String {
        let port = self.listener.local_addr().unwrap().port().to_string();
        let text = format!("{before}\npub fn answer() -> u32 {{\n{body}\n}}\n");
        let text = text.replace("@OUTSIDE@", &self.outside.path().display().to_string());
        text.replace("@PORT@", &port).replace("@HEADER@", trace::wire::HEADER)
    }

    /// The checker of a teacher whose home folder is the one outside.
    fn checker(&self, arguments: &[&str]) -> Command {
        let home = std::env::home_dir().unwrap();
        let mut command = self.course.checker(arguments);
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into()));
        }
        command.env("HOME", self.outside.path()).env("SECRET", "secret");
        command
    }

    fn grade(&self) -> Vec<Value> {
        let class = self.class().display().to_string();
        let ran =
            support::run(&mut self.checker(&["grade", "--fresh", "--class", &class, "--format", "json", "passes"]));
        ran.expect(1).lines()
    }

    /// Would catch: anything that came out of a jail.
    #[track_caller]
    fn assert_untouched(&self) {
        let secret = self.outside.path().join("secret");
        assert_eq!(fs::read_to_string(&secret).unwrap(), "secret");
        let mode = fs::metadata(&secret).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{mode:o}");
        let accepted = self.listener.accept().map_err(|error| error.kind());
        assert_eq!(accepted.map(|_| ()), Err(std::io::ErrorKind::WouldBlock), "somebody connected");
        let run = Path::new(env!("CARGO_TARGET_TMPDIR")).join("course-target/grade/slot-0/run");
        assert_eq!(fs::read_dir(run).unwrap().count(), 0, "an examination left its folder");
    }
}

impl Ran {
    fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The event about `student`.
#[track_caller]
fn of<'a>(events: &'a [Value], student: &str) -> &'a Value {
    let found = events.iter().find(|event| event["event"] == "exercise" && event["student"] == student);
    found.unwrap_or_else(|| panic!("nothing about {student}"))
}

#[test]
fn hostile_code_gets_its_verdict_and_nothing_else() {
    let school = School::new();
    for (student, before, body, _) in &TEXTS {
        school.hand_in(student, SOURCE, &school.text(before, body));
    }
    let events = school.grade();
    for (student, _, _, gets) in &TEXTS {
        let event = of(&events, student);
        let all = event.to_string();
        match gets {
            Passed => assert_eq!(event["status"], "passed", "{all}"),
            Failed(reason, words) => {
                assert_eq!((&event["status"], &event["reason"]), (&"failed".into(), &(*reason).into()), "{all}");
                let words = Value::from(*words).to_string();
                assert!(all.contains(words.trim_matches('"')), "{student}, {words}: {all}");
            }
        }
    }
    school.assert_untouched();
    // The same names as in a check of the learner's own, so no code can be right for the grader alone.
    let names = |events: &Value| -> BTreeSet<String> {
        let message = events.to_string();
        let list = message.split('{').find(|part| part.contains("INTERLEAVE_REPORT")).unwrap();
        list.split('}').next().unwrap().split(", ").map(|name| name.trim_matches(['"', '\\']).to_owned()).collect()
    };
    let graded = names(&of(&events, "tells-its-variables")["tests"][0]["message"]);
    fs::write(school.course.root.join(SOURCE), school.text("", VARIABLES)).unwrap();
    let own = support::run(&mut school.checker(&["run", "passes", "--json"])).expect(1).json();
    let message = own["tests"][0]["message"].clone();
    let own = names(&message);
    assert!(graded.is_subset(&own), "only when graded: {:?}", graded.difference(&own).collect::<Vec<_>>());
    let protocol = |names: &BTreeSet<String>| names.iter().filter(|name| name.starts_with("INTERLEAVE")).count();
    assert_eq!(protocol(&graded), protocol(&own), "{graded:?} {own:?}");
    assert!(!graded.contains("SECRET") && own.contains("SECRET"), "{graded:?} {own:?}");
}

#[test]
fn hostile_files_are_refused_or_reported_and_the_others_are_graded() {
    let school = School::new();
    school.hand_in("honest", SOURCE, RIGHT);
    for file in ["build.rs", "Cargo.toml", "tests/passes.rs"] {
        school.hand_in("edits", &format!("exercises/01_verdicts/01_passes/{file}"), "panic!()");
    }
    school.hand_in("edits", ".cargo/config.toml", "[build]\nrustc = \"/bin/true\"");
    school.hand_in("edits", SOURCE, RIGHT);
    school.hand_in("forgets", "exercises/README.md", "");
    school.hand_in("is-binary", SOURCE, "");
    fs::write(school.class().join("is-binary").join(SOURCE), [0xff, 0xfe]).unwrap();
    for student in ["is-huge", "is-a-link", "is-a-linked-folder", "is-a-folder", "is-a-pipe"] {
        school.hand_in(student, "exercises/01_verdicts/README.md", "");
    }
    let place = |student: &str| school.class().join(student).join("exercises/01_verdicts/01_passes");
    let source = |student: &str| {
        fs::create_dir_all(place(student).join("src")).unwrap();
        place(student).join("src/lib.rs")
    };
    fs::File::create(source("is-huge")).unwrap().set_len(1 << 30).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", source("is-a-link")).unwrap();
    std::os::unix::fs::symlink(place("honest"), place("is-a-linked-folder")).unwrap();
    fs::create_dir(source("is-a-folder")).unwrap();
    assert!(Command::new("mkfifo").arg(source("is-a-pipe")).status().unwrap().success());
    let events = school.grade();
    for (student, status, words) in [
        ("honest", "passed", ""),
        ("edits", "passed", ""),
        ("forgets", "missing", "not handed in"),
        ("is-binary", "refused", "is not UTF-8 text"),
        ("is-huge", "refused", "is 1024 MiB long"),
        ("is-a-link", "refused", "01_passes/src/lib.rs is a symbolic link"),
        ("is-a-linked-folder", "refused", "01_passes is a symbolic link"),
        ("is-a-folder", "refused", "is not a regular file"),
        ("is-a-pipe", "refused", "is not a regular file"),
    ] {
        let event = of(&events, student);
        assert_eq!(event["status"], status, "{event}");
        assert!(event["headline"].as_str().unwrap().contains(words), "{event}");
    }
    let students = events[0]["students"].as_array().unwrap();
    let edits = students.iter().find(|student| student["name"] == "edits").unwrap()["notes"].to_string();
    let dir = "exercises/01_verdicts/01_passes";
    for note in [
        ".cargo/config.toml is not part of the course",
        &format!("{dir}/build.rs is not part of the course"),
        &format!("{dir}/Cargo.toml was changed"),
        &format!("{dir}/tests/passes.rs was changed"),
    ] {
        assert!(edits.contains(note), "{note}: {edits}");
    }
    school.assert_untouched();
}

/// Runs the checker on a kernel that answers as if it had no Landlock.
#[cfg(target_arch = "x86_64")]
#[test]
fn without_landlock_nothing_is_graded_unless_that_was_asked_for() {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

    let school = School::new();
    school.hand_in("honest", SOURCE, RIGHT);
    let class = school.class().display().to_string();
    let without_landlock = |arguments: &[&str]| {
        let mut command = school.checker(arguments);
        let run = move || {
            let calls = [(libc::SYS_landlock_create_ruleset, Vec::new())].into();
            let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
            let filter = SeccompFilter::new(calls, SeccompAction::Allow, absent, TargetArch::x86_64).unwrap();
            rustix::thread::set_no_new_privs(true).unwrap();
            seccompiler::apply_filter(&BpfProgram::try_from(filter).unwrap()).unwrap();
            support::run(&mut command)
        };
        // What a process is started with is a matter of the thread that starts it.
        std::thread::spawn(run).join().unwrap()
    };
    let grade = |sandbox: &str| {
        without_landlock(&["grade", "--fresh", "--class", &class, "--format", "json", sandbox, "passes"])
    };
    let doctor = without_landlock(&["doctor"]).stdout;
    assert!(doctor.contains("submissions cannot be graded here") && doctor.contains("Landlock: this"), "{doctor}");
    let refused = grade("--sandbox=require").expect(2);
    assert!(refused.stderr.contains("this machine cannot contain other people's code: Landlock"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--sandbox=off") && refused.stdout.is_empty(), "{}", refused.stderr);
    for (sandbox, says) in [("--sandbox=try", "Landlock: this kernel"), ("--sandbox=off", "no sandbox, as")] {
        let events = grade(sandbox).expect(0).lines();
        assert_eq!(of(&events, "honest")["status"], "passed");
        assert!(events[0]["sandbox"]["missing"].to_string().contains(says), "{}", events[0]);
    }
}
