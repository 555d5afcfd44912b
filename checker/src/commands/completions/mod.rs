//! `cargo checker completions SHELL`: clap's script for the program, and what makes it complete `cargo checker` and the
//! names of exercises, which change with updates.

use anyhow::Result;
use clap::Command;
use clap_complete::Shell;

use crate::error::Exit;
use crate::session;

#[derive(clap::Args, Debug)]
pub struct Args {
    pub shell: Shell,
}

pub fn execute(args: &Args, mut command: Command) -> Result<Exit> {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    // Otherwise, the script would be for a program that is called `cargo checker`.
    command.set_bin_name("checker");
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "checker", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned() + &values(args.shell, &command);
    session::print_raw(complete(args.shell, &script, &paths(&command, &[]), &about).as_bytes())?;
    Ok(Exit::Done)
}

/// What clap leaves out of fish's script: the values of arguments that are not options.
fn values(shell: Shell, command: &Command) -> String {
    let commands = command.get_subcommands().filter(|_| shell == Shell::Fish);
    let lines = commands.flat_map(|inner| {
        inner.get_positionals().filter(|argument| !argument.get_possible_values().is_empty()).map(|argument| {
            let values: Vec<String> =
                argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            let seen = format!("__fish_checker_using_subcommand {}", inner.get_name());
            format!("complete -c checker -n \"{seen}\" -f -a \"{}\"\n", values.join(" "))
        })
    });
    lines.collect()
}

/// `script`, with the names of exercises after the commands in `paths`.
fn complete(shell: Shell, script: &str, paths: &[Vec<String>], about: &str) -> String {
    match shell {
        Shell::Bash => {
            let paths: Vec<String> = paths.iter().map(|path| format!("\"{}\"", path.join(" "))).collect();
            script.to_owned() + &include_str!("cargo.bash").replace("@PATHS@", &paths.join(" | "))
        }
        Shell::Zsh => {
            let is_name = |line: &str| ["'::name", "':name", "'*::names"].iter().any(|name| line.starts_with(name));
            let named = script.lines().map(|line| match line.strip_suffix(":_default' \\") {
                Some(before) if is_name(line) => format!("{before}:_checker_exercises' \\\n"),
                _ => format!("{line}\n"),
            });
            named.collect::<String>() + include_str!("cargo.zsh")
        }
        Shell::Fish => {
            let names = paths.iter().map(|path| {
                let seen: Vec<String> = path.iter().map(|word| format!("__fish_seen_subcommand_from {word}")).collect();
                format!("complete -c checker -n \"{}\" -f -a \"(__checker_exercises)\"\n", seen.join("; and "))
            });
            script.to_owned() + &include_str!("cargo.fish").replace("@ABOUT@", about) + &names.collect::<String>()
        }
        _ => script.to_owned(),
    }
}

/// The commands that take the name of an exercise, each as its words.
fn paths(command: &Command, before: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for inner in command.get_subcommands() {
        let path = [before, &[inner.get_name().to_owned()]].concat();
        found.extend(paths(inner, &path));
        if inner.get_positionals().any(|argument| ["name", "names"].contains(&argument.get_id().as_str())) {
            found.push(path);
        }
    }
    found
}
