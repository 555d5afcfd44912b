//! The checker as its users see it, tested through its binary.
//!
//! Some tests run only on Linux: they need `/proc` to see processes, or a Unix terminal.

/// The tools for authors, and every defect that a proof must find.
mod authors;
/// The book: its pages, and what is said if they cannot be made.
mod book;
/// Every command, and every invalid input: exit code, standard output, standard error.
mod commands;
/// A course whose calls of cargo are counted.
#[cfg(target_os = "linux")]
mod counted;
/// No crate has a module cycle.
mod cycles;
/// Checks without cargo.
#[cfg(target_os = "linux")]
mod direct;
/// Whether a machine has what the course needs.
#[cfg(unix)]
mod doctors;
/// What the learner may change between two checks.
#[cfg(target_os = "linux")]
mod edits;
/// Faults of the machine get no verdict.
#[cfg(target_os = "linux")]
mod environment;
/// Tests that run on every system, not only on Linux.
mod everywhere;
/// A class, whose equal files share a verdict.
#[cfg(target_os = "linux")]
mod grade_class;
/// A teacher's selection of exercises.
#[cfg(target_os = "linux")]
mod grade_course;
/// Every format of a report.
#[cfg(target_os = "linux")]
mod grade_formats;
/// Marks for the learner's own files.
#[cfg(target_os = "linux")]
mod grade_marks;
/// Submissions that want something else than to be graded.
#[cfg(target_os = "linux")]
mod hostile;
/// A course in which the files of one exercise are broken.
mod manifests;
/// What the checker is called, and what shells complete.
#[cfg(unix)]
mod names;
/// A check is about one version of the files, and uses the course's own tests.
#[cfg(target_os = "linux")]
mod one_source;
/// The page of a failing interleaving, in a browser.
mod page;
/// The fixture course, in which each exercise misbehaves in its own way.
#[cfg(target_os = "linux")]
mod pipeline;
/// The exercises of this repository, with all of their known answers.
mod proof;
/// README.md says of the course what the course is.
mod readme;
/// `reset --all`: the course begins anew, and nothing is lost.
mod restarts;
/// Stepping through an interleaving.
#[cfg(target_os = "linux")]
mod step;
/// A copy of the fixture course to test in.
mod support;
/// A pseudo-terminal and its screen.
#[cfg(target_os = "linux")]
mod terminal;
/// Rules for the sources themselves.
mod tidy;
/// A course whose compiler is a script that takes no time.
#[cfg(target_os = "linux")]
mod toys;
/// An update that is killed.
#[cfg(unix)]
mod update_killed;
/// Updates that are not possible.
#[cfg(unix)]
mod update_refused;
/// Updates in every situation.
#[cfg(unix)]
mod updates;
/// The plain watch: saves, signals, and no process left behind.
#[cfg(target_os = "linux")]
mod watch;
/// What happens to the course while it is watched.
#[cfg(target_os = "linux")]
mod watch_course;
/// Every way to leave the full-screen watch.
#[cfg(target_os = "linux")]
mod watch_ends;
/// The editor, the stepper and the browser.
#[cfg(target_os = "linux")]
mod watch_programs;
/// Every way to save a file.
#[cfg(target_os = "linux")]
mod watch_saves;
/// Every key and every screen.
#[cfg(target_os = "linux")]
mod watch_screen;
/// What the watch remembers, and what it costs.
#[cfg(target_os = "linux")]
mod watch_state;
/// Job objects, the Windows counterpart of process groups.
#[cfg(windows)]
mod windows;
/// A course in a git repository, and a learner's clone of it.
#[cfg(unix)]
mod worlds;
