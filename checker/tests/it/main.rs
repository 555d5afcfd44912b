//! The checker as its users meet it: through its binary.
//!
//! Some of it is tested on Linux only: what needs `/proc` to see processes, and a terminal of Unix.

/// The tools of authors, and every defect that a proof must find.
mod authors;
/// Every command, and every bad input: exit code, standard output, standard error.
mod commands;
/// No cycles among modules, in any crate.
mod cycles;
/// What is not the learner's fault is no verdict.
#[cfg(target_os = "linux")]
mod environment;
/// What must hold on every system, Linux or not.
mod everywhere;
/// A check is about one version of the files, and about the course's own tests.
#[cfg(target_os = "linux")]
mod one_source;
/// The page of a failing interleaving, in a browser.
mod page;
/// The fixture course, each of whose exercises misbehaves in its own way.
#[cfg(target_os = "linux")]
mod pipeline;
/// The exercises of this repository, and every answer that is known to them.
mod proof;
/// Going through an interleaving step by step.
#[cfg(target_os = "linux")]
mod step;
/// A course to try things in.
mod support;
/// A pseudo-terminal, and what is to be seen on it.
#[cfg(target_os = "linux")]
mod terminal;
/// What must hold for the sources themselves.
mod tidy;
/// A course that compiles in no time.
#[cfg(target_os = "linux")]
mod toys;
/// The plain watch: saves, signals, and nobody left behind.
#[cfg(target_os = "linux")]
mod watch;
/// Every way out of the full-screen watch.
#[cfg(target_os = "linux")]
mod watch_ends;
/// Every way to save.
#[cfg(target_os = "linux")]
mod watch_saves;
/// Every key and every screen.
#[cfg(target_os = "linux")]
mod watch_screen;
/// What it remembers, and what it costs.
#[cfg(target_os = "linux")]
mod watch_state;
/// Job objects, which take the place of process groups.
#[cfg(windows)]
mod windows;
