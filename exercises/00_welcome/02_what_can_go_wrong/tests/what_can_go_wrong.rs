use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::{Arc, Barrier, Mutex, MutexGuard, OnceLock};
use std::thread;

use what_can_go_wrong::{
    DATA_RACE, DEADLOCK, FOREIGN_UNLOCK, HALF_DONE, LEAK, LOST_UPDATE,
    StoppedBy::{self, APanic, Nobody, TheCompiler},
    TORN_STATE,
};

/// Whether a type has `Send` or `Sync`, as the compiler sees it: a constant of the type itself comes before
/// one of a trait, and this one is there only if the bound holds.
macro_rules! compiler_allows {
    ($type:ty: $bound:ident) => {{
        struct Ask<T>(PhantomData<T>);
        trait Otherwise {
            const ANSWER: bool = false;
        }
        impl<T> Otherwise for Ask<T> {}
        impl<T: $bound> Ask<T> {
            #[allow(dead_code)]
            const ANSWER: bool = true;
        }
        Ask::<$type>::ANSWER
    }};
}

/// Predictions are compared by name: `==` may mean anything, and a variant that is no longer used may be gone.
fn name(stopped_by: StoppedBy) -> &'static str {
    match stopped_by {
        TheCompiler => "TheCompiler",
        APanic => "APanic",
        Nobody => "Nobody",
        #[allow(unreachable_patterns)]
        _ => "Unsaid",
    }
}

/// The name of a prediction. Fails before any answer is known if one of the seven is missing.
#[track_caller]
fn predicted(prediction: StoppedBy) -> &'static str {
    let all = [
        ("DATA_RACE", DATA_RACE),
        ("FOREIGN_UNLOCK", FOREIGN_UNLOCK),
        ("LOST_UPDATE", LOST_UPDATE),
        ("DEADLOCK", DEADLOCK),
        ("TORN_STATE", TORN_STATE),
        ("HALF_DONE", HALF_DONE),
        ("LEAK", LEAK),
    ];
    let missing: Vec<&str> = all.iter().filter(|(_, said)| name(*said) == "Unsaid").map(|(name, _)| *name).collect();
    assert!(
        missing.is_empty(),
        "not predicted yet: {}. The tests say what happens once all seven are predicted",
        missing.join(", ")
    );
    name(prediction)
}

/// Runs a program that compiles. It returns whether it went wrong.
fn run(program: impl FnOnce() -> bool + Send + 'static) -> StoppedBy {
    match thread::spawn(program).join() {
        Ok(true) => Nobody,
        Ok(false) => panic!("the program did not go wrong, as it should have"),
        Err(_) => APanic,
    }
}

#[interleave::test]
fn two_threads_change_a_cell() {
    let prediction = predicted(DATA_RACE);
    let seen = if compiler_allows!(Cell<u32>: Sync) { Nobody } else { TheCompiler };
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. Threads can share only what is `Sync`, and a `Cell` is not: E0277, \
         \"`Cell<u32>` cannot be shared between threads safely\""
    );
}

#[interleave::test]
fn a_guard_is_dropped_by_another_thread() {
    let prediction = predicted(FOREIGN_UNLOCK);
    let seen = if compiler_allows!(MutexGuard<'static, u32>: Send) { Nobody } else { TheCompiler };
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. Only what is `Send` can be moved to another thread, and a guard is not: E0277, \
         \"`std::sync::MutexGuard<'_, u32>` cannot be sent between threads safely\""
    );
}

#[interleave::test]
fn an_update_is_lost() {
    let prediction = predicted(LOST_UPDATE);
    let seen = run(|| {
        let number = Mutex::new(0);
        let both_have_read = Barrier::new(2);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let seen = *number.lock().unwrap();
                    both_have_read.wait();
                    *number.lock().unwrap() = seen + 1;
                });
            }
        });
        number.into_inner().unwrap() == 1
    });
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. Both threads read 0 and both wrote 1: each access was locked, and the lock \
         was free in between. The program compiled, ran to its end, and the number was 1"
    );
}

#[interleave::test]
fn two_threads_wait_for_each_other() {
    let prediction = predicted(DEADLOCK);
    let seen = run(|| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        let together = Barrier::new(2);
        // Whether the second lock is held when a thread asks for it. `lock` would now wait forever.
        let would_wait = |first: &Mutex<()>, second: &Mutex<()>| {
            let _first = first.lock().unwrap();
            together.wait();
            let would_wait = second.try_lock().is_err();
            together.wait();
            would_wait
        };
        thread::scope(|scope| {
            let other = scope.spawn(|| would_wait(&b, &a));
            would_wait(&a, &b) && other.join().unwrap()
        })
    });
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. Each thread held one lock and found the other one locked. The test asked with \
         `try_lock`; with `lock` both would sleep forever, and nothing would tell you"
    );
}

#[interleave::test]
fn another_thread_counts_in_the_middle_of_a_move() {
    let prediction = predicted(TORN_STATE);
    let seen = run(|| {
        let (from, to) = (Mutex::new(10), Mutex::new(0));
        let together = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                *from.lock().unwrap() -= 10;
                together.wait();
                together.wait();
                *to.lock().unwrap() += 10;
            });
            together.wait();
            let counted = *from.lock().unwrap() + *to.lock().unwrap();
            together.wait();
            counted == 0
        })
    });
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. Between the two changes both locks were free, so another thread could count: 0 \
         coins. A mutex protects its own value, not the relation between two values"
    );
}

#[interleave::test]
fn another_thread_reads_what_a_panic_left() {
    let prediction = predicted(HALF_DONE);
    let seen = run(|| {
        // Both numbers should always be the same.
        let pair = Arc::new(Mutex::new([0, 0]));
        let changed = Arc::clone(&pair);
        let change = thread::spawn(move || {
            let mut pair = changed.lock().unwrap();
            pair[0] = 1;
            panic!("halfway through the change");
        });
        assert!(change.join().is_err());
        let pair = pair.lock().unwrap();
        pair[0] != pair[1]
    });
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. The thread panicked while it held the guard, so the mutex of `std` is \
         poisoned: `lock` returns an error, and `unwrap` panics before the pair is read"
    );
}

#[interleave::test]
fn two_values_keep_each_other_alive() {
    let prediction = predicted(LEAK);
    #[derive(Default)]
    struct Node {
        other: OnceLock<Arc<Node>>,
    }
    let seen = run(|| {
        let (a, b) = (Arc::new(Node::default()), Arc::new(Node::default()));
        let still_there = Arc::downgrade(&a);
        assert!(a.other.set(Arc::clone(&b)).is_ok() && b.other.set(Arc::clone(&a)).is_ok());
        drop((a, b));
        still_there.upgrade().is_some()
    });
    assert_eq!(
        prediction,
        name(seen),
        "left: your prediction. Every other `Arc` of the two nodes was dropped, and the first node is still there: \
         the second one holds it, and is held by it. Safe Rust does not promise that a destructor runs"
    );
}
