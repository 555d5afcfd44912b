//! The search, on programs that need no threads.

use super::*;
use std::collections::HashSet;

/// Runs threads that each make the given accesses, one per step, in every order; returns the classes seen.
fn explore(program: &[&[(Key, Access)]]) -> (usize, HashSet<String>) {
    let mut search = Search::default();
    let (mut runs, mut classes) = (0, HashSet::new());
    loop {
        search.begin();
        let mut left: Vec<usize> = program.iter().map(|steps| steps.len()).collect();
        let mut order = Vec::new();
        let mut runs_now = None;
        let redundant = loop {
            let enabled: Vec<Candidate> = (0..program.len())
                .filter(|thread| left[*thread] > 0)
                .map(|thread| Candidate { slot: thread + 1, parent: None, choice: 0 })
                .collect();
            if enabled.is_empty() {
                break false;
            }
            let Some(slot) = search.choose(enabled.into_iter(), runs_now, Reason::Point, 9) else { break true };
            let thread = slot - 1;
            let step = program[thread].len() - left[thread];
            let (key, access) = program[thread][step];
            search.touch(key, access);
            order.push((thread, key, access));
            left[thread] -= 1;
            runs_now = Some(slot);
        };
        runs += 1;
        if !redundant {
            classes.insert(class(&order));
        }
        if !search.end() {
            return (runs, classes);
        }
    }
}

/// The common part of all equivalent orders: for each object, its writes in order and the reads between them.
fn class(order: &[(usize, Key, Access)]) -> String {
    let mut objects: Vec<(Key, String, Vec<usize>)> = Vec::new();
    for (thread, key, access) in order {
        let at = objects.iter().position(|(other, ..)| other == key).unwrap_or_else(|| {
            objects.push((*key, String::new(), Vec::new()));
            objects.len() - 1
        });
        let (_, text, reads) = &mut objects[at];
        match access {
            Access::Read => reads.push(*thread),
            Access::Write => {
                reads.sort_unstable();
                text.push_str(&format!("{reads:?}w{thread} "));
                reads.clear();
            }
        }
    }
    objects.sort_by_key(|(key, ..)| *key);
    objects
        .iter_mut()
        .map(|(key, text, reads)| {
            reads.sort_unstable();
            format!("{key}:{text}{reads:?};")
        })
        .collect()
}

fn all_orders(program: &[&[(Key, Access)]]) -> HashSet<String> {
    fn go(
        program: &[&[(Key, Access)]],
        at: &mut [usize],
        order: &mut Vec<(usize, Key, Access)>,
        out: &mut HashSet<String>,
    ) {
        let mut done = true;
        for thread in 0..program.len() {
            if at[thread] == program[thread].len() {
                continue;
            }
            done = false;
            let (key, access) = program[thread][at[thread]];
            order.push((thread, key, access));
            at[thread] += 1;
            go(program, at, order, out);
            at[thread] -= 1;
            order.pop();
        }
        if done {
            out.insert(class(order));
        }
    }
    let mut out = HashSet::new();
    go(program, &mut vec![0; program.len()], &mut Vec::new(), &mut out);
    out
}

const R: Access = Access::Read;
const W: Access = Access::Write;

#[test]
fn independent_steps_are_run_in_one_order_only() {
    assert_eq!(explore(&[&[(1, W), (1, W)], &[(2, W), (2, W)]]).0, 1);
    assert_eq!(explore(&[&[(1, R)], &[(1, R)], &[(1, R)]]).0, 1, "readers do not disturb each other");
    assert_eq!(explore(&[&[(1, W)], &[(1, W)]]).0, 2);
    assert_eq!(explore(&[&[(1, W)], &[(1, R)], &[(1, R)]]).0, 4);
}

#[test]
fn every_class_of_small_programs_is_seen_with_few_redundant_runs() {
    let mut random = 0x9e37_79b9_u64;
    let mut next = |n: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % n
    };
    let (mut runs, mut classes) = (0, 0);
    for _ in 0..1_500 {
        let threads = 2 + next(2) as usize;
        let program: Vec<Vec<(Key, Access)>> = (0..threads)
            .map(|_| (0..1 + next(3)).map(|_| (next(3), if next(3) == 0 { R } else { W })).collect())
            .collect();
        let program: Vec<&[(Key, Access)]> = program.iter().map(Vec::as_slice).collect();
        let (count, seen) = explore(&program);
        assert_eq!(seen, all_orders(&program), "{program:?}");
        runs += count;
        classes += seen.len();
    }
    assert!(runs < classes * 3 / 2, "{runs} runs for {classes} classes");
}
