//! `checker completions SHELL`.

use anyhow::Result;
use clap_complete::Shell;

use crate::error::Exit;
use crate::session;

#[derive(clap::Args, Debug)]
pub struct Args {
    pub shell: Shell,
}

pub fn execute(args: &Args, mut command: clap::Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "checker", &mut script);
    session::print_raw(&script)?;
    Ok(Exit::Done)
}
