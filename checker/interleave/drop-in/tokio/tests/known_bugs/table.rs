//! A table of how many schedules each bug takes; `PROGRAM=switches` limits it to programs with this in their name.

use interleave::engine::Finding;
use trace::{Coverage, timeline::grouped};

use crate::{Program, channels, conditions, locks, orders, runtime};

const SEEDS: u64 = 10;

#[test]
#[ignore = "prints a table, and takes some time"]
fn print() {
    println!("{:57} {:>7} {:>6} {:>7} {:>7}  fixed", "program", "sampled", "median", "found", "search");
    let files = [conditions::ALL, locks::ALL, channels::ALL, orders::ALL, runtime::ALL];
    let only = std::env::var("PROGRAM").unwrap_or_default();
    for program in files.into_iter().flatten().filter(|program| program.name.contains(&only)) {
        row(program);
    }
}

fn row(program: &Program) {
    let exploration = || program.exploration();
    let schedule = |finding: &Finding| program.is_in(finding).then_some(finding.explored.schedules);
    let mut sampled: Vec<u32> =
        (1..=SEEDS).filter_map(|seed| schedule(&exploration().seed(seed).sampled_only().run(program.bug))).collect();
    let found = (1..=SEEDS).filter(|seed| schedule(&exploration().seed(*seed).run(program.bug)).is_some()).count();
    let searched = schedule(&exploration().searched_only().run(program.bug));
    let fixed = exploration().run(program.twin).explored;
    sampled.sort_unstable();
    let or_none = |schedules: Option<u32>| schedules.map_or_else(|| "–".to_owned(), grouped);
    println!(
        "{:57} {:>7} {:>6} {:>7} {:>7}  {} {}",
        program.name,
        format!("{}/{SEEDS}", sampled.len()),
        or_none(sampled.get(sampled.len() / 2).copied()),
        format!("{found}/{SEEDS}"),
        or_none(searched),
        grouped(fixed.schedules),
        match fixed.coverage {
            Coverage::Proven => "proven",
            Coverage::Bounded { .. } => "bounded",
            Coverage::Sampled => "sampled",
        },
    );
}
