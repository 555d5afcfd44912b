//! Compares the public items of the real packages with those of the drop-ins in explore mode.
//!
//! An exercise, or a program under test, may use anything that the real package has. What a drop-in lacks would show
//! only as a compile error in explore mode, so this tool finds it first. It reads the pages that rustdoc wrote; see
//! `.ci/run`.

mod compare;
mod docs;
mod left_out;
mod page;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use docs::Docs;

const USAGE: &str = "interleave-parity REAL EXPLORE STD LEFT_OUT

REAL      the documentation of the real packages
EXPLORE   that of the drop-ins, with the feature `explore`, and of the crate interleave
STD       that of the standard library
LEFT_OUT  the list of what is left out on purpose";

const DROP_INS: [&str; 9] =
    ["std", "parking_lot", "tokio", "async_lock", "async_channel", "smol", "async_std", "futures", "dashmap"];

fn main() -> ExitCode {
    match run() {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            complaints.iter().for_each(|complaint| println!("{complaint}"));
            println!("\nAdd what is missing, or list it with the reason in checker/interleave/drop-in/left-out.toml.");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Vec<String>, String> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [real, explore, std, list] = <[PathBuf; 4]>::try_from(arguments).map_err(|_| USAGE.to_owned())?;
    let read = std::fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let list = left_out::parse(&read).map_err(|error| format!("{}: {error}", list.display()))?;
    let docs = Docs::new(real, explore, std);
    for name in DROP_INS {
        let real = if name == "std" { &docs.std } else { &docs.real };
        for page in [real, &docs.explore].map(|root| root.join(name).join("index.html")) {
            if !page.exists() {
                return Err(format!("{} does not exist; .ci/run says how to make it", page.display()));
            }
        }
    }
    let mut missing = BTreeSet::new();
    for name in DROP_INS {
        let (of_this, compared) = compare::missing(&docs, name);
        println!("{name:<14}{compared:>6} items, {:>3} of them not in explore mode", of_this.len());
        missing.extend(of_this);
    }
    Ok(left_out::complaints(&missing, &list))
}
