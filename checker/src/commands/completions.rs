//! `checker completions SHELL`.

use anyhow::Result;
use clap_complete::Shell;

use crate::session;

#[derive(clap::Args, Debug)]
pub struct Args {
    pub shell: Shell,
}

pub fn execute(args: &Args, mut command: clap::Command) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "checker", &mut script);
    session::print_raw(&script)?;
    Ok(0)
}
