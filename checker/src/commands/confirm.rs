//! Asks the user for confirmation.

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::Result;

use crate::error::UserError;

/// Whether the answer to `question` is yes. Without a terminal, the error is `refusal`.
pub fn confirm(question: &str, refusal: impl FnOnce() -> UserError) -> Result<bool> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(refusal().into());
    }
    print!("{question} [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
