//! Edits of an exercise and of what its build depends on, one after the other.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::counted::Counted;

/// Whether an edit leaves something to do for cargo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builder {
    Rustc,
    Cargo,
}

use Builder::{Cargo, Rustc};

/// An edit, and what has to build afterwards.
pub type Edit = (&'static str, fn(&Counted), &'static [(&'static str, &'static str)], Builder);

pub const EDITS: [Edit; 53] = [
    ("a comment", |c| c.write("src/lib.rs", "// why\npub fn answer() -> u32 {\n    42\n}\n"), &[], Rustc),
    ("nothing", |_| (), &[], Rustc),
    ("another answer", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    41\n}\n"), &[], Rustc),
    ("an error", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    \"41\"\n}\n"), &[], Rustc),
    (
        "a lint of the compiler",
        |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    let x;\n    42\n}\n"),
        &[],
        Rustc,
    ),
    ("a lint of clippy's", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    return 42;\n}\n"), &[], Rustc),
    (
        "an error of clippy's",
        |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    let x = 42;\n    if x == x { x } else { 0 }\n}\n"),
        &[],
        Rustc,
    ),
    (
        "a file that is older than the last build",
        |c| {
            c.write("src/lib.rs", "pub fn answer() -> u32 {\n    40\n}\n");
            let old = SystemTime::now() - Duration::from_secs(1_000_000);
            fs::File::options().append(true).open(c.file("src/lib.rs")).unwrap().set_modified(old).unwrap();
        },
        &[],
        Rustc,
    ),
    (
        "a module",
        |c| {
            c.write("src/lib.rs", "mod inner;\npub use inner::answer;\n");
            c.write("src/inner.rs", "pub fn answer() -> u32 {\n    42\n}\n");
        },
        &[],
        Rustc,
    ),
    ("a change in that module", |c| c.write("src/inner.rs", "pub fn answer() -> u32 {\n    39\n}\n"), &[], Rustc),
    (
        "a file that is included",
        |c| {
            c.write("answer.txt", "42");
            c.write(
                "src/lib.rs",
                "pub fn answer() -> u32 {\n    include_str!(\"../answer.txt\").parse().unwrap()\n}\n",
            );
        },
        &[],
        Rustc,
    ),
    ("a change in that file", |c| c.write("answer.txt", "38"), &[], Rustc),
    (
        "a variable",
        |c| {
            c.write(
                "src/lib.rs",
                "pub fn answer() -> u32 {\n    option_env!(\"ANSWER\").unwrap_or(\"42\").parse().unwrap()\n}\n",
            )
        },
        &[],
        Rustc,
    ),
    ("a value of that variable", |_| (), &[("ANSWER", "37")], Rustc),
    (
        "a changed test",
        |c| {
            c.write(
                "tests/passes.rs",
                "#[interleave::test]\nfn it_is_36() {\n    assert_eq!(passes::answer(), 36);\n}\n",
            )
        },
        &[],
        Rustc,
    ),
    (
        "another test",
        |c| {
            c.write("tests/more.rs", "#[interleave::test]\nfn it_is_42() {\n    assert_eq!(passes::answer(), 42);\n}\n")
        },
        &[],
        Cargo,
    ),
    ("flags", |_| (), &[("RUSTFLAGS", "-C debuginfo=0")], Cargo),
    (
        "a profile",
        |c| {
            let manifest = c.course.root.join("Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap().replace("\"line-tables-only\"", "1");
            fs::write(manifest, text).unwrap();
        },
        &[],
        Cargo,
    ),
    ("the first answer again", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    42\n}\n"), &[], Rustc),
    ("an empty file", |c| c.write("src/lib.rs", ""), &[], Rustc),
    ("half a function", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n"), &[], Rustc),
    (
        "warnings that are errors",
        |c| c.write("src/lib.rs", "#![deny(warnings)]\npub fn answer() -> u32 {\n    let x = 1;\n    42\n}\n"),
        &[],
        Rustc,
    ),
    ("another number type", |c| c.write("src/lib.rs", "pub fn answer() -> u64 {\n    42\n}\n"), &[], Rustc),
    (
        "a type that no test accepts",
        |c| c.write("src/lib.rs", "pub fn answer() -> &'static str {\n    \"42\"\n}\n"),
        &[],
        Rustc,
    ),
    ("a panic", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    panic!(\"on purpose\")\n}\n"), &[], Rustc),
    ("an exit", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    std::process::exit(0)\n}\n"), &[], Rustc),
    ("carriage returns", |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\r\n    42\r\n}\r\n"), &[], Rustc),
    ("a byte order mark", |c| c.write("src/lib.rs", "\u{feff}pub fn answer() -> u32 {\n    42\n}\n"), &[], Rustc),
    (
        "letters beyond ASCII",
        |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    let größe = 42;\n    größe\n}\n"),
        &[],
        Rustc,
    ),
    (
        "an import that is not used",
        |c| c.write("src/lib.rs", "use std::fmt;\n\npub fn answer() -> u32 {\n    42\n}\n"),
        &[],
        Rustc,
    ),
    (
        "a macro",
        |c| {
            c.write(
                "src/lib.rs",
                "macro_rules! answer {\n    () => {\n        42\n    };\n}\n\npub fn answer() -> u32 {\n    answer!()\n}\n",
            )
        },
        &[],
        Rustc,
    ),
    (
        "a constant that overflows",
        |c| c.write("src/lib.rs", "const ANSWER: u32 = u32::MAX + 1;\n\npub fn answer() -> u32 {\n    ANSWER\n}\n"),
        &[],
        Rustc,
    ),
    (
        "a generic function",
        |c| c.write("src/lib.rs", "fn same<T>(x: T) -> T {\n    x\n}\n\npub fn answer() -> u32 {\n    same(42)\n}\n"),
        &[],
        Rustc,
    ),
    (
        "a thread",
        |c| c.write("src/lib.rs", "pub fn answer() -> u32 {\n    std::thread::spawn(|| 42).join().unwrap()\n}\n"),
        &[],
        Rustc,
    ),
    (
        "two files for one module",
        |c| {
            c.write("src/lib.rs", "mod inner;\npub use inner::answer;\n");
            c.write("src/inner/mod.rs", "pub fn answer() -> u32 {\n    42\n}\n");
        },
        &[],
        Rustc,
    ),
    ("one of them", |c| fs::remove_dir_all(c.file("src/inner")).unwrap(), &[], Rustc),
    ("none of them", |c| fs::remove_file(c.file("src/inner.rs")).unwrap(), &[], Rustc),
    (
        "a module with another path",
        |c| {
            c.write("src/lib.rs", "#[path = \"other.rs\"]\nmod inner;\npub use inner::answer;\n");
            c.write("src/other.rs", "pub fn answer() -> u32 {\n    42\n}\n");
        },
        &[],
        Rustc,
    ),
    (
        "a date in the future",
        |c| {
            c.write("src/other.rs", "pub fn answer() -> u32 {\n    35\n}\n");
            let late = SystemTime::now() + Duration::from_secs(1_000_000);
            fs::File::options().append(true).open(c.file("src/other.rs")).unwrap().set_modified(late).unwrap();
        },
        &[],
        Rustc,
    ),
    (
        "a date that goes back",
        |c| {
            c.write("src/other.rs", "pub fn answer() -> u32 {\n    34\n}\n");
            let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            fs::File::options().append(true).open(c.file("src/other.rs")).unwrap().set_modified(old).unwrap();
        },
        &[],
        Rustc,
    ),
    (
        "a file that was moved away and back",
        |c| {
            fs::rename(c.file("src/other.rs"), c.file("src/away.rs")).unwrap();
            fs::rename(c.file("src/away.rs"), c.file("src/other.rs")).unwrap();
        },
        &[],
        Rustc,
    ),
    (
        "an older file in its place",
        |c| {
            c.write("src/older.rs", "pub fn answer() -> u32 {\n    33\n}\n");
            let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            fs::File::options().append(true).open(c.file("src/older.rs")).unwrap().set_modified(old).unwrap();
            fs::rename(c.file("src/older.rs"), c.file("src/other.rs")).unwrap();
        },
        &[],
        Rustc,
    ),
    (
        "a test that is ignored",
        |c| c.write("tests/passes.rs", "#[interleave::test]\n#[ignore]\nfn it_is_36() {}\n"),
        &[],
        Rustc,
    ),
    (
        "a test that does not compile",
        |c| c.write("tests/passes.rs", "#[interleave::test]\nfn it_is_36() {\n    passes::question();\n}\n"),
        &[],
        Rustc,
    ),
    (
        "an error of clippy's in a test",
        |c| {
            c.write(
                "tests/passes.rs",
                "#[interleave::test]\nfn it_is_36() {\n    let x = passes::answer();\n    assert!(x == x);\n}\n",
            )
        },
        &[],
        Rustc,
    ),
    (
        "a helper beside the tests",
        |c| {
            c.write("tests/help/mod.rs", "pub const EXPECTED: u32 = 33;\n");
            c.write(
                "tests/passes.rs",
                "mod help;\n\n#[interleave::test]\nfn it_is() {\n    assert_eq!(passes::answer(), help::EXPECTED);\n}\n",
            );
        },
        &[],
        Rustc,
    ),
    ("a change in the helper", |c| c.write("tests/help/mod.rs", "pub const EXPECTED: u32 = 32;\n"), &[], Rustc),
    ("a test that is gone", |c| fs::remove_file(c.file("tests/more.rs")).unwrap(), &[], Cargo),
    ("a variable of Rust's", |_| (), &[("RUST_MIN_STACK", "9000000")], Cargo),
    ("another path", |_| (), &[("LIBRARY_PATH", "/usr/lib")], Cargo),
    (
        "a comment in the lock file",
        |c| {
            let lock = c.course.root.join("Cargo.lock");
            let text = fs::read_to_string(&lock).unwrap();
            fs::write(lock, text + "# a comment\n").unwrap();
        },
        &[],
        Cargo,
    ),
    (
        "a setting",
        |c| {
            fs::create_dir_all(c.course.root.join(".cargo")).unwrap();
            fs::write(c.course.root.join(".cargo/config.toml"), "[build]\nrustflags = [\"--cfg\", \"set\"]\n").unwrap();
        },
        &[],
        Cargo,
    ),
    (
        "a feature",
        |c| {
            let manifest = fs::read_to_string(c.file("Cargo.toml")).unwrap();
            c.write(
                "Cargo.toml",
                &manifest.replace("[dev-dependencies]", "[features]\ndefault = []\n\n[dev-dependencies]"),
            );
        },
        &[],
        Cargo,
    ),
];
