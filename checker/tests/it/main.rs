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
/// A course to try things in.
mod support;
/// What must hold for the sources themselves.
mod tidy;
/// The plain watch: saves, signals, and nobody left behind.
mod watch;
