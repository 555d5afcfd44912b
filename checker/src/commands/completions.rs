//! `checker completions SHELL`.

use anyhow::Result;
use clap::CommandFactory as _;

use crate::cli;
use crate::session;

pub fn execute(args: &cli::Completions) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::Cli::command(), "checker", &mut script);
    session::print_raw(&script)?;
    Ok(0)
}
