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

/// Runs a program that compiles. It returns whether it went wrong.
fn run(program: impl FnOnce() -> bool + Send + 'static) -> StoppedBy {
    match thread::spawn(program).join() {
        Ok(true) => Nobody,
        Ok(false) => panic!("the program was meant to go wrong, and did not"),
        Err(_) => APanic,
    }
}

#[interleave::test]
fn two_threads_change_a_cell() {
    let seen = if compiler_allows!(Cell<u32>: Sync) { Nobody } else { TheCompiler };
    assert_eq!(
        DATA_RACE, seen,
        "left stands your prediction. To share a `Cell` its type has to be `Sync`, and it is not: E0277, \
         \"`Cell<u32>` cannot be shared between threads safely\""
    );
}

#[interleave::test]
fn a_guard_is_dropped_by_another_thread() {
    let seen = if compiler_allows!(MutexGuard<'static, u32>: Send) { Nobody } else { TheCompiler };
    assert_eq!(
        FOREIGN_UNLOCK, seen,
        "left stands your prediction. What is sent to a thread has to be `Send`, and the guard is not: E0277, \
         \"`std::sync::MutexGuard<'_, u32>` cannot be sent between threads safely\""
    );
}

#[interleave::test]
fn an_update_is_lost() {
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
        LOST_UPDATE, seen,
        "left stands your prediction. Both threads read 0 and both wrote 1: each access was locked, and the lock \
         was free in between. The program compiled, ran to its end and said 1"
    );
}

#[interleave::test]
fn two_threads_wait_for_each_other() {
    let seen = run(|| {
        let (a, b) = (Mutex::new(()), Mutex::new(()));
        let together = Barrier::new(2);
        // Whether the second lock is taken when it is asked for. The real `lock` would now wait for ever.
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
        DEADLOCK, seen,
        "left stands your prediction. Each thread held one lock and found the other one taken. The test asked with \
         `try_lock`; with `lock` both would sleep for ever, and nothing would tell you"
    );
}

#[interleave::test]
fn somebody_counts_in_the_middle_of_a_move() {
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
        TORN_STATE, seen,
        "left stands your prediction. Between the two changes both locks were free, so somebody could count: 0 coins. \
         A mutex protects its own value, not what two values have to do with each other"
    );
}

#[interleave::test]
fn somebody_reads_what_a_panic_left() {
    let seen = run(|| {
        // Both numbers are always the same.
        let pair = Arc::new(Mutex::new([0, 0]));
        let changed = Arc::clone(&pair);
        let change = thread::spawn(move || {
            let mut pair = changed.lock().unwrap();
            pair[0] = 1;
            panic!("half-way through the change");
        });
        assert!(change.join().is_err());
        let pair = pair.lock().unwrap();
        pair[0] != pair[1]
    });
    assert_eq!(
        HALF_DONE, seen,
        "left stands your prediction. `std`'s mutex notices that a thread panicked while it held the guard: it is \
         poisoned, `lock` returns an error, and `unwrap` panics before the pair is read"
    );
}

#[interleave::test]
fn two_values_keep_each_other_alive() {
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
        LEAK, seen,
        "left stands your prediction. Everybody let go of both nodes, and the first one is still there: the second one \
         holds it, and is held by it. Safe Rust does not promise that a destructor runs"
    );
}
