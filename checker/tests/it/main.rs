//! The checker as its users meet it: through its binary.

/// The tools of authors, and every defect that a proof must find.
mod authors;
/// Every command, and every bad input: exit code, standard output, standard error.
mod commands;
/// The page of a failing interleaving, in a browser.
mod page;
/// The fixture course, each of whose exercises misbehaves in its own way.
mod pipeline;
/// The exercises of this repository, and every answer that is known to them.
mod proof;
/// Going through an interleaving step by step.
mod step;
/// A course to try things in.
mod support;
/// A pseudo-terminal, and what is to be seen on it.
mod terminal;
/// What must hold for the sources themselves.
mod tidy;
/// A course that compiles in no time.
mod toys;
/// The plain watch: saves, signals, and nobody left behind.
mod watch;
/// Every way out of the full-screen watch.
mod watch_ends;
/// Every way to save.
mod watch_saves;
/// Every key and every screen.
mod watch_screen;
/// What it remembers, and what it costs.
mod watch_state;
