//! Errors of the checker: one line that says what is wrong, one line that says what to do; and its exit codes.

pub mod causes;
mod exit;

use std::fmt;

pub use self::exit::Exit;

/// How learners call the checker. Advice to run a command begins with it.
pub const COMMAND: &str = "cargo checker";

/// An error that comes with advice.
#[derive(Debug)]
pub struct UserError {
    what: String,
    help: String,
}

impl UserError {
    /// Neither text ends with a full stop; `help` is an imperative.
    pub fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

impl std::error::Error for UserError {}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// The advice that `error` comes with.
pub fn advice(error: &anyhow::Error) -> Option<&str> {
    error.chain().find_map(|cause| cause.downcast_ref::<UserError>()).map(|advised| advised.help.as_str())
}

/// `error` as text, with the advice if it has any.
pub fn describe(error: &anyhow::Error) -> String {
    match advice(error) {
        Some(help) => format!("error: {error:#}\n help: {help}"),
        None => format!("error: {error:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn advice_is_found_under_context() {
        let error = Err::<(), _>(UserError::new("no `x`", "create `x`")).context("reading").unwrap_err();
        assert_eq!(describe(&error), "error: reading: no `x`\n help: create `x`");
    }
}
