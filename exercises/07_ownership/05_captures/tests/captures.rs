use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use captures::Released;

/// Predictions are compared by name: `==` may mean anything, and a variant that is no longer used may be gone.
fn name(prediction: Released) -> &'static str {
    match prediction {
        Released::BeforeThePoll => "BeforeThePoll",
        Released::InThePoll => "InThePoll",
        Released::WithTheFuture => "WithTheFuture",
        Released::WithTheCaller => "WithTheCaller",
        #[allow(unreachable_patterns)]
        _ => "Unsaid",
    }
}

/// The name of a prediction. Fails before any answer is known if one of the ten is missing.
#[track_caller]
fn predicted(prediction: Released) -> &'static str {
    let all = [
        ("BLOCK", captures::BLOCK),
        ("MOVE_BLOCK", captures::MOVE_BLOCK),
        ("NOT_MENTIONED", captures::NOT_MENTIONED),
        ("UNDERSCORE", captures::UNDERSCORE),
        ("MOVED_INSIDE", captures::MOVED_INSIDE),
        ("HANDED_ON", captures::HANDED_ON),
        ("ONE_FIELD", captures::ONE_FIELD),
        ("ASYNC_FN", captures::ASYNC_FN),
        ("PLAIN_FN", captures::PLAIN_FN),
        ("ASYNC_CLOSURE", captures::ASYNC_CLOSURE),
    ];
    let missing: Vec<&str> = all.iter().filter(|(_, said)| name(*said) == "Unsaid").map(|(name, _)| *name).collect();
    assert!(
        missing.is_empty(),
        "not predicted yet: {}. The tests say what happens once all ten are predicted",
        missing.join(", ")
    );
    name(prediction)
}

/// What the caller is doing, and what it was doing when the scanner was released.
struct Steps {
    now: Cell<&'static str>,
    released: Cell<&'static str>,
}

impl Steps {
    /// Polls `future` once, then drops it, as a caller does that cancels it.
    fn go_through(&self, future: impl Future<Output = ()>) {
        {
            let mut future = pin!(Some(future));
            self.now.set("InThePoll");
            let pinned = future.as_mut().as_pin_mut().expect("it is there");
            let poll = pinned.poll(&mut Context::from_waker(Waker::noop()));
            assert_eq!(poll, Poll::Pending, "`wait()` is pending in the first poll");
            self.now.set("WithTheFuture");
            future.set(None);
        }
        self.now.set("WithTheCaller");
    }
}

/// While it exists, no other program can use the scanner.
struct Claim(Rc<Steps>);

impl Claim {
    fn scan(&self) {
        assert_eq!(self.0.released.get(), "never", "only a claimed scanner can be used");
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.released.set(self.0.now.get());
    }
}

/// A page to be scanned.
struct Job {
    title: &'static str,
    claim: Claim,
}

fn show(title: &str) {
    assert_eq!(title, "invoice");
}

/// Is pending forever: the future that awaits it is cancelled.
async fn wait() {
    poll_fn(|_| Poll::Pending).await
}

fn scan_and_release(claim: Claim) {
    claim.scan();
}

/// Runs `caller`, which owns the claim, and returns when the scanner was released.
fn run(caller: impl FnOnce(Claim, &Steps)) -> &'static str {
    let steps = Rc::new(Steps { now: Cell::new("BeforeThePoll"), released: Cell::new("never") });
    caller(Claim(Rc::clone(&steps)), &steps);
    steps.released.get()
}

#[interleave::test]
fn a_block() {
    let prediction = predicted(captures::BLOCK);
    let seen = run(|claim, steps| {
        let future = async {
            claim.scan();
            wait().await;
        };
        steps.go_through(future);
        claim.scan(); // the caller still has it
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. An `async` block without `move` borrows what its body only \
         looks at, so the caller is still the owner",
    );
}

#[interleave::test]
fn a_move_block() {
    let prediction = predicted(captures::MOVE_BLOCK);
    let seen = run(|claim, steps| {
        let future = async move {
            claim.scan();
            wait().await;
        };
        steps.go_through(future);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `move` moves each variable that the block uses into the future, \
         and the future keeps it until the block ends or the future is dropped",
    );
}

#[interleave::test]
fn a_block_that_does_not_mention_the_claim() {
    let prediction = predicted(captures::NOT_MENTIONED);
    let seen = run(|claim, steps| {
        let future = async move {
            wait().await;
        };
        steps.go_through(future);
        claim.scan(); // the caller still has it
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `move` moves only the variables that the block uses, and this \
         block does not use `claim`",
    );
}

#[interleave::test]
fn a_block_with_an_underscore() {
    let prediction = predicted(captures::UNDERSCORE);
    let seen = run(|claim, steps| {
        let future = async move {
            let _ = claim;
            wait().await;
        };
        steps.go_through(future);
        claim.scan(); // the caller still has it
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `_` binds nothing, so `let _ = claim` moves nothing, and the \
         block does not capture `claim`",
    );
}

#[interleave::test]
fn a_block_that_moves_the_claim_inside() {
    let prediction = predicted(captures::MOVED_INSIDE);
    let seen = run(|claim, steps| {
        let future = async {
            let mine = claim;
            mine.scan();
            wait().await;
        };
        steps.go_through(future);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The body moves `claim` into a variable, so the block has to own \
         it, with or without `move`",
    );
}

#[interleave::test]
fn a_block_that_hands_the_claim_to_a_function() {
    let prediction = predicted(captures::HANDED_ON);
    let seen = run(|claim, steps| {
        let future = async {
            scan_and_release(claim);
            wait().await;
        };
        steps.go_through(future);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The body gives `claim` away, so the block has to own it. No \
         part of the body runs before the first poll",
    );
}

#[interleave::test]
fn a_block_that_uses_another_field() {
    let prediction = predicted(captures::ONE_FIELD);
    let seen = run(|claim, steps| {
        let job = Job { title: "invoice", claim };
        let future = async move {
            show(job.title);
            wait().await;
        };
        steps.go_through(future);
        job.claim.scan(); // the caller still has it
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. Since edition 2021 a block captures the fields that it uses, \
         and the rest of the struct stays where it is",
    );
}

#[interleave::test]
fn an_async_fn_with_an_unused_argument() {
    let prediction = predicted(captures::ASYNC_FN);
    let seen = run(|claim, steps| {
        async fn idle(_: Claim) {
            wait().await;
        }
        let future = idle(claim);
        steps.go_through(future);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. An async fn moves all of its arguments into its future, used or \
         not, and drops them when its body ends or the future is dropped",
    );
}

#[interleave::test]
fn a_plain_fn_with_an_unused_argument() {
    let prediction = predicted(captures::PLAIN_FN);
    let seen = run(|claim, steps| {
        #[expect(clippy::manual_async_fn, reason = "an async fn would own its argument")]
        fn idle(_: Claim) -> impl Future<Output = ()> {
            async {
                wait().await;
            }
        }
        let future = idle(claim);
        steps.go_through(future);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. This function is not async: it runs when it is called, and \
         drops its argument when it returns. Its block does not use the claim",
    );
}

#[interleave::test]
fn an_async_closure() {
    let prediction = predicted(captures::ASYNC_CLOSURE);
    let seen = run(|claim, steps| {
        let scan = async move || {
            claim.scan();
            wait().await;
        };
        let future = scan();
        steps.go_through(future);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The closure owns `claim` and can be called again, so each \
         future that it returns only borrows from it. The closure is a variable of the caller",
    );
}
