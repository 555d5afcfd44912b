use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use interleave::{histories, like_the_model};
use same_queue_twice::Queue;

/// A job. It cannot be copied.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Job(u32);

/// The queues of a pool, the first with the first number of jobs, and so on. The jobs are numbered from 1.
fn pool<const N: usize>(lengths: [usize; N]) -> Arc<[Queue<Job>; N]> {
    let mut number = 0;
    Arc::new(lengths.map(|length| {
        let queue = Queue::new();
        for _ in 0..length {
            number += 1;
            queue.push(Job(number));
        }
        queue
    }))
}

/// Calls `call` with the queues on another thread.
fn spawn<const N: usize, R: Send + 'static>(
    pool: &Arc<[Queue<Job>; N]>,
    call: impl FnOnce(&[Queue<Job>; N]) -> R + Send + 'static,
) -> JoinHandle<R> {
    let pool = Arc::clone(pool);
    thread::spawn(move || call(&pool))
}

/// Takes all jobs out of `queue`. Returns their numbers, in the order of the queue.
fn rest(queue: &Queue<Job>) -> Vec<u32> {
    std::iter::from_fn(|| queue.pop()).map(|job| job.0).collect()
}

/// The numbers of all jobs of a pool.
fn all<const N: usize>(pool: &[Queue<Job>; N]) -> Vec<u32> {
    let mut jobs: Vec<u32> = pool.iter().flat_map(rest).collect();
    jobs.sort();
    jobs
}

#[interleave::test]
fn two_queues_steal_from_each_other() {
    let pool = pool([2, 2]);
    // One round where every interleaving is tried; thousands on real threads, which meet rarely.
    let rounds = interleave::rounds().div_ceil(5);
    let other = spawn(&pool, move |[a, b]| (0..rounds).map(|_| b.steal_from(a)).sum::<usize>());
    let [a, b] = &*pool;
    let stolen = (0..rounds).map(|_| a.steal_from(b)).sum::<usize>();
    let theirs = other.join().unwrap();
    assert!(
        stolen > 0 && theirs > 0,
        "two queues with two jobs each stole from each other, and one of them got no job"
    );
    assert_eq!(
        all(&pool),
        [1, 2, 3, 4],
        "two queues with two jobs each stole from each other (left: all jobs after that)"
    );
}

#[interleave::test]
fn three_queues_steal_in_a_circle() {
    let pool = pool([1, 1, 1]);
    let others = [spawn(&pool, |[a, b, _]| a.steal_from(b)), spawn(&pool, |[_, b, c]| b.steal_from(c))];
    let [a, _, c] = &*pool;
    c.steal_from(a);
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(all(&pool), [1, 2, 3], "three queues with one job each stole in a circle (left: all jobs after that)");
}

#[interleave::test]
fn counting_and_stealing_never_deadlock() {
    for [first, second] in [[0, 1], [1, 0]] {
        let pool = pool([1, 2]);
        let other = spawn(&pool, |[a, b]| a.steal_from(b));
        let counted = pool[first].total(&pool[second]);
        assert_eq!(other.join().unwrap(), 1, "one of the two jobs of the second queue is its older half");
        assert_eq!(counted, 3, "two queues have three jobs, and `total` counted (left) while one of the jobs moved");
    }
    let pool = pool([1, 2]);
    let other = spawn(&pool, |[a, b]| a.total(b));
    let counted = [pool[1].total(&pool[0]), other.join().unwrap()];
    assert_eq!(counted, [3, 3], "two threads counted the three jobs of two queues, each in another order");
}

#[interleave::test]
fn a_queue_does_not_steal_from_itself() {
    let pool = pool([3, 1]);
    let [a, b] = &*pool;
    assert_eq!(
        a.steal_from(a),
        0,
        "a queue was told to steal from itself, and returned how many jobs it has moved (left)"
    );
    assert_eq!(a.steal_from(b), 1, "another queue has one job, which is its older half");
    assert_eq!(rest(a), [1, 2, 3, 4], "the queue stole nothing from itself, and then a fourth job from another one");
    assert_eq!(a.steal_from(a), 0, "the queue is empty");
}

#[interleave::test]
fn a_queue_counts_once() {
    let pool = pool([3, 0]);
    let [a, b] = &*pool;
    assert_eq!(a.total(a), 3, "the queue has three jobs, and counts once although it is given twice");
    assert_eq!(b.total(b), 0, "the queue is empty");
    assert_eq!([a.total(b), b.total(a)], [3, 3], "one queue has three jobs and the other one none");
}

#[interleave::test]
fn the_older_half_moves() {
    for (length, moved) in [(0, 0), (1, 1), (2, 1), (3, 2), (6, 3)] {
        let pool = pool([2, length]);
        let [thief, victim] = &*pool;
        assert_eq!(thief.steal_from(victim), moved, "of {length} jobs, this many (right) are the half, rounded up");
        let last = 2 + length as u32;
        let first_left = 3 + moved as u32;
        assert_eq!(
            rest(thief),
            (1..first_left).collect::<Vec<_>>(),
            "a queue with the jobs 1 and 2 stole the older half of the jobs from 3 to {last} (left: its jobs after that)"
        );
        assert_eq!(
            rest(victim),
            (first_left..=last).collect::<Vec<_>>(),
            "of the jobs from 3 to {last}, the older half was stolen (left: the jobs that stayed)"
        );
    }
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn one_thread_moves_jobs_in_any_order() {
    #[derive(Debug)]
    enum Op {
        Push(usize),
        Pop(usize),
        Steal(usize, usize),
    }
    histories(
        |draws| match draws.below(4) {
            0 => Op::Pop(draws.below(3)),
            1 => Op::Steal(draws.below(3), draws.below(3)),
            _ => Op::Push(draws.below(3)),
        },
        || (pool([0; 3]), [const { VecDeque::new() }; 3], 0),
        |(pool, model, number), op| {
            match op {
                Op::Push(queue) => {
                    *number += 1;
                    pool[queue].push(Job(*number));
                    model[queue].push_back(*number);
                }
                Op::Pop(queue) => like_the_model(pool[queue].pop().map(|job| job.0), model[queue].pop_front())?,
                Op::Steal(thief, victim) => {
                    let half = if thief == victim { 0 } else { model[victim].len().div_ceil(2) };
                    let stolen: Vec<u32> = model[victim].drain(..half).collect();
                    model[thief].extend(stolen);
                    like_the_model(pool[thief].steal_from(&pool[victim]), half)?;
                }
            }
            for (a, b) in [(0, 0), (0, 1), (2, 1)] {
                let expected = model[a].len() + if a == b { 0 } else { model[b].len() };
                like_the_model(pool[a].total(&pool[b]), expected)?;
            }
            Ok(())
        },
    );
}

#[interleave::test]
fn no_job_is_between_two_queues() {
    for [first, second] in [[0, 1], [1, 0]] {
        let pool = pool([0, 1]);
        let other = spawn(&pool, |[a, b]| (a.steal_from(b), b.steal_from(a)));
        let counted = pool[first].total(&pool[second]);
        assert_eq!(other.join().unwrap(), (1, 1), "a single job was stolen, and stolen back");
        assert_eq!(
            counted, 1,
            "there is one job, and while it moved from one queue to the other, `total` counted (left)"
        );
    }
}

#[interleave::test]
fn a_queue_in_use_is_stolen_from() {
    let pool = pool([1, 1]);
    let others = [spawn(&pool, |[a, _]| a.push(Job(3))), spawn(&pool, |[_, b]| b.push(Job(4)))];
    let [a, b] = &*pool;
    let stolen = a.steal_from(b);
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(stolen, 1, "a queue has one or two jobs, and one is the half; another thread used it just then");
    assert_eq!(all(&pool), [1, 2, 3, 4], "two queues had a job each, and each got another one (left: all jobs)");
}

#[interleave::test]
fn each_of_two_thieves_takes_half_of_what_is_left() {
    let pool = pool([0, 0, 4]);
    let other = spawn(&pool, |[a, _, victim]| a.steal_from(victim));
    let [_, b, victim] = &*pool;
    let mut stolen = [b.steal_from(victim), other.join().unwrap()];
    stolen.sort();
    assert_eq!(
        stolen,
        [1, 2],
        "of four jobs, the first thief takes two and the second one takes one (left: what they took)"
    );
    assert_eq!(rest(victim), [4], "two thieves took the three oldest of four jobs");
    assert_eq!(all(&pool), [1, 2, 3], "two thieves took the three oldest of four jobs");
}

#[interleave::test(real_only)]
fn a_pool_may_have_any_number_of_queues() {
    let pool = pool([1; 300]);
    for thief in [1, 255, 256, 257, 299] {
        assert_eq!(pool[thief].total(&pool[0]), 2, "two queues of 300, number 0 and number {thief}, have one job each");
        assert_eq!(pool[thief].steal_from(&pool[0]), 1, "queue {thief} of 300 stole from queue 0, which has one job");
        pool[0].push(Job(0));
    }
}
